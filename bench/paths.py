"""What each collection path costs, against the naive join of the same series by hand, plain copies, and the least."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import clusters
import rule_files
from evaluation import POWER, others, programs
from ratio import Ratio
from servers import RuleFile, measure

from gpurules.config.model import Config, DcgmSection, KubevirtSection, RulesSection
from gpurules.scenario.kube_state import GPU_RESOURCE

SIZE = (10_000, 2_000)


@dataclass(frozen=True, slots=True)
class Case:
    """A path: how the series come, what is rendered, and the join by hand."""

    way: str
    join: rule_files.Join
    paths: tuple[str, ...]
    release: str = ""
    identity: str = "record"
    kube_state: bool = False


CASES = {
    "pod-network": Case("pod-network", rule_files.LAUNCHER, ("pod-network",)),
    "pod-network, KubeVirt v1.4": Case("pod-network", rule_files.OWNER, ("pod-network",), "v1.4", kube_state=True),
    "vsock-exporter": Case("vsock-exporter", rule_files.NAME, ("vsock-exporter",)),
    "host, mapped": Case("host-mapped", rule_files.MAPPED, ("host",)),
    "remote, by address": Case("remote-address", rule_files.ADDRESS, ("remote",)),
    "single-vm-node": Case("node-exporter", rule_files.NODE, ("single-vm-node",), kube_state=True),
    "three paths": Case("vsock-exporter", rule_files.NAME, ("pod-network", "vsock-exporter", "remote")),
    "pod-network, inline": Case("pod-network", rule_files.LAUNCHER, ("pod-network",), identity="inline"),
}


def paths() -> Iterator[Ratio]:
    """Each path at one size."""
    prometheus, promtool = programs()
    for name, case in CASES.items():
        rendering = rule_files.rendered(_config(case))
        specs = [rule.spec for group in rendering.rules.groups for rule in group.rules]
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "data"
            per_node = {"vms_per_node": 1} if "single-vm-node" in case.paths else {}
            metrics = clusters.build(*SIZE, promtool, data, case.way, case.kube_state, **per_node)
            limited = case.identity == "record"
            files = {
                "rules": RuleFile(rendering.text, f"count({POWER})", once=not limited),
                **others(specs, metrics, case.join),
            }
            seconds = measure(prometheus, data, files, SIZE[1])
        # An inline rule repeats the join, as the one by hand does, and is measured against that. Several paths read the
        # series several times.
        yield Ratio(name, seconds["rules"], "the join in each rule", seconds["naive"], 0.35 if limited else None)
        if limited:
            yield Ratio(name, seconds["rules"], "plain copies", seconds["copies"], 3 if len(case.paths) == 1 else None)
            yield Ratio(name, seconds["rules"], "the least that it takes", seconds["floor"], None)


def _config(case: Case) -> Config:
    return Config(
        dcgm=DcgmSection(honor_labels="false"),
        kubevirt=KubevirtSection(release=case.release, gpu_resources=(GPU_RESOURCE,) if case.kube_state else ()),
        rules=RulesSection(paths=case.paths, identity=case.identity),
    )
