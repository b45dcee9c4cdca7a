"""Every collection path in every story, for the releases that serve it: alone, beside others, recorded and inline.

Labels of the targets are those of :mod:`gpurules.scenario.target`, which names the source of each. Renderings that
differ in nothing but comments are run once, and the counters are a few of each kind: all of them, on every promtool,
are in test_proof_paths_counters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

import promtool_runs
import rendered
from gpurules.app.rendering import render
from gpurules.config.model import Config, DcgmSection, KubevirtSection, OutputSection, RulesSection
from gpurules.labels import kubevirt
from gpurules.rules.paths.choose import LabelsOf, serves
from gpurules.rules.paths.registry import PATHS
from gpurules.scenario.booking import RulesFor
from gpurules.scenario.changed import scattered, with_clusters
from gpurules.scenario.exposition import OBSERVER_JOB
from gpurules.scenario.kube_state import GPU_RESOURCE
from gpurules.scenario.leftover import with_leftovers
from gpurules.scenario.model import World, absent_value
from gpurules.scenario.old_labels import without_old_uuid
from gpurules.scenario.promtool import rule_test
from gpurules.scenario.quantities import DEFAULT_FIELDS, ENERGY, ENGINE, FREE, POWER, USED, UTILISATION, XID
from gpurules.scenario.scenarios.registry import SCENARIOS, stories, world
from gpurules.scenario.told import lists_addresses, names_pod, told

RELEASES = ("v1.2", "v1.3", "v1.4", *rendered.RELEASES)

COUNTERS = Path(__file__).with_name("few-counters.csv")
FIELDS = (UTILISATION, USED, FREE, POWER, ENERGY, XID, ENGINE, "DCGM_FI_DEV_MEMORY_TEMP_CELSIUS")
"""What stands in that file: gauges, a ratio, a counter, a code with a dimension, one for each MIG instance, one
where zero is no measurement."""

Ways = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Case:
    """``paths`` as rendered; ``ways`` in which the VMs are collected, in turn; ``honor`` as configured and ``honored``
    as scraped; the ``releases`` that serve it; ``apart``: each VM is on nodes of its own."""

    paths: tuple[str, ...]
    ways: Ways
    honor: str = "false"
    honored: bool = False
    releases: tuple[str, ...] = RELEASES
    name_label: str = "name"
    inline: bool = False
    observed: bool = False
    old_uuid: bool = False
    stories: tuple[str, ...] = tuple(SCENARIOS)
    cluster_label: str = ""
    apart: bool = False

    def kube_state(self, release: str) -> bool:
        """Whether kube-state-metrics is scraped, and the GPU resources are known."""
        return "single-vm-node" in self.paths or not names_pod(release)


POD, NAME, ADDRESS = ("pod-network",), ("vsock-exporter",), ("remote-address",)
NODES: Ways = (("node-exporter",), ("node-exporter-relabelled",))
WITH_INFO = RELEASES[1:]
RESTARTS = (
    "migration",
    "restart",
    "prometheus_restart",
    "prometheus_restart_failover",
    "failover_overlap",
    "left_behind",
)
SOME = (
    "steady",
    "mig",
    "mixed_exporters",
    "old_label_names",
    "spoofing",
    "nested",
    "containers",
    "vgpu",
    "shared_uuid",
    "same_address",
    "address_passed_on",
    "guest_lost",
    "two_replicas",
    "gpu_lost",
    *RESTARTS,
)
"""Enough where only the scrape, the order of paths or the release differs from a case that is told whole."""
OF_CLUSTERS = ("several_clusters", "two_replicas", "two_emitters")
EMITTED = ("steady", "two_emitters", "observer_only", "no_vmi_pod", *RESTARTS)
OF_PODS = {
    "owners of pods": Case(POD, (POD,), "auto", releases=("v1.2", "v1.3", "v1.4")),
    "owners of pods, honored": Case(POD, (POD,), "true", True, releases=("v1.4",), stories=SOME),
    "sidecar": Case(("vsock-sidecar",), (("vsock-sidecar",),), "auto"),
}
CASES = OF_PODS | {
    "vsock-exporter": Case(NAME, (NAME,), releases=WITH_INFO),
    "vsock-exporter, honored": Case(NAME, (NAME,), "auto", True, releases=("main",), stories=SOME),
    "vsock-exporter by pod label": Case(
        NAME, (("vsock-exporter-labelled",),), releases=("main",), name_label="vmi_kubevirt_io_id"
    ),
    "host, mapped": Case(("host",), (("host-mapped",),)),
    "host, mapped and honored": Case(("host",), (("host-mapped",),), "true", True, stories=SOME),
    "host, mapped and not known": Case(("host",), (("host-mapped",),), "auto", stories=SOME),
    "host, mapped and not known, honored": Case(("host",), (("host-mapped",),), "auto", True, stories=SOME),
    "host, unmapped": Case(("host",), (("host-unmapped",),)),
    "remote": Case(("remote",), (("remote",), ADDRESS), releases=WITH_INFO),
    "remote by address": Case(("remote",), (ADDRESS,), releases=("main",), stories=SOME),
    "remote, honored": Case(("remote",), (("remote",), ADDRESS), "true", True, releases=("main",), stories=SOME),
    "single-vm-node": Case(("single-vm-node",), NODES),
    "single-vm-node, each VM on its own": Case(("single-vm-node",), NODES, apart=True),
    "two paths": Case(("pod-network", "vsock-exporter"), (POD, (*POD, *NAME), NAME), releases=WITH_INFO),
    "two paths, the other preferred": Case(
        ("vsock-exporter", "pod-network"), (POD, (*POD, *NAME), NAME), releases=("main",), stories=SOME
    ),
    "three paths": Case(
        ("vsock-exporter", "pod-network", "remote"),
        ((*POD, *NAME, *ADDRESS), (*ADDRESS, *NAME), ADDRESS, POD, NAME),
        releases=("v1.4", "main"),
    ),
    "every path": Case(
        ("pod-network", "vsock-exporter", "remote", "single-vm-node", "host"),
        (POD, NAME, ADDRESS, ("node-exporter",), ("host-mapped",), ("remote", "host-mapped")),
        releases=("main",),
    ),
    "hosts beside guests": Case(
        ("host", "pod-network"), ((*POD, "host-mapped"), ("host-mapped",), POD), releases=("v1.4", "main"), stories=SOME
    ),
    "hosts beside named guests": Case(
        ("vsock-exporter", "host"), ((*NAME, "host-mapped"), ("host-mapped",), NAME), releases=("main",), stories=SOME
    ),
    "unmapped hosts beside guests": Case(
        ("pod-network", "host"), ((*POD, "host-unmapped"), POD), releases=("main",), stories=("steady", "migration")
    ),
    "several clusters": Case(POD, (POD,), "auto", releases=("main",), cluster_label="cluster"),
    "several clusters, owners of pods": Case(
        POD, (POD,), releases=("v1.4",), stories=(*SOME, *OF_CLUSTERS), cluster_label="cluster"
    ),
    "several clusters, several paths": Case(
        ("vsock-exporter", "remote", "single-vm-node", "host"),
        (NAME, ADDRESS, ("node-exporter",), ("host-mapped",)),
        releases=("main",),
        stories=(*SOME, *OF_CLUSTERS),
        cluster_label="cluster",
    ),
    "inline, several clusters": Case(
        POD, (POD,), inline=True, releases=("main",), stories=(*OF_CLUSTERS, *RESTARTS), cluster_label="cluster"
    ),
    "both emitters": Case(POD, (POD,), observed=True, releases=("v1.5", "main"), stories=EMITTED),
    "both emitters, by name and address": Case(
        ("remote",), (("remote",), ADDRESS), observed=True, releases=("main",), stories=EMITTED
    ),
    "old label names": Case(POD, (POD,), "auto", old_uuid=True, releases=("v1.4", "main"), stories=SOME),
    "old label names, three paths": Case(
        ("vsock-exporter", "pod-network", "remote"),
        ((*POD, *NAME, *ADDRESS), (*ADDRESS, *NAME), ADDRESS, POD, NAME),
        releases=("main",),
        old_uuid=True,
        stories=SOME,
    ),
    "old label names, hosts": Case(("host",), (("host-mapped",),), old_uuid=True, releases=("main",), stories=SOME),
    "old label names, inline": Case(
        POD, (POD,), inline=True, old_uuid=True, releases=("main",), stories=("old_label_names", "mig", *RESTARTS)
    ),
    "inline": Case(POD, (POD,), "auto", inline=True, releases=("main",)),
    "inline, owners of pods": Case(POD, (POD,), "auto", inline=True, releases=("v1.4",), stories=SOME),
    "inline, several paths": Case(
        ("pod-network", "vsock-exporter", "remote"),
        (POD, (*POD, *NAME), ADDRESS),
        inline=True,
        releases=("main",),
        stories=("steady", "mixed_exporters", *RESTARTS),
    ),
    "inline, hosts beside named guests": Case(
        ("vsock-exporter", "host"),
        ((*NAME, "host-mapped"), ("host-mapped",), NAME),
        inline=True,
        releases=("main",),
        stories=("steady", "host_mapping", "two_ways"),
    ),
    "inline, nodes": Case(
        ("single-vm-node",), NODES, inline=True, releases=("main",), stories=("steady", "mig", *RESTARTS)
    ),
}

LEFT_OVER = ("steady", "migration", "prometheus_restart_failover", "left_behind", "restarted_in_place")
"""Stories that are told a second time with a former generation of every record still in sight."""


@cache
def rules_of(case: Case, release: str, few: bool = True) -> rendered.Rendered:
    """The rules of a case for a release, for a ``few`` counters or for all of the default."""
    config = Config(
        dcgm=DcgmSection(
            counters=(str(COUNTERS),) if few else (),
            honor_labels=case.honor,
            vm_name_label=case.name_label,
            use_old_namespace=case.old_uuid,
        ),
        kubevirt=KubevirtSection(
            release=release,
            gpu_resources=(GPU_RESOURCE,) if case.kube_state(release) else (),
            observer_selector=f'job="{OBSERVER_JOB}"' if case.observed else "",
        ),
        rules=RulesSection(
            paths=case.paths, identity="inline" if case.inline else "record", cluster_label=case.cluster_label
        ),
        output=OutputSection(format="rules"),
    )
    return rendered.of(render(config))


def rules_for(case: Case, release: str) -> RulesFor:
    """What the evaluator must know of the rendering."""
    return RulesFor(
        case.paths,
        case.honor,
        owners=not names_pod(release),
        addresses=lists_addresses(release),
        name_label=case.name_label,
        observed=case.observed,
        cluster_label=case.cluster_label,
    )


def story(name: str, case: Case, release: str, few: bool = True) -> World:
    """A story as it is told over the case's ways."""
    fields = FIELDS if few else DEFAULT_FIELDS
    played = world(name, absent_value(release))
    played = with_clusters(played, scattered) if case.apart else played
    return told(played, case.ways, release, case.kube_state(release), fields)


def texts_of(case: Case, release: str, few: bool = True) -> dict[str, str]:
    """The promtool tests of all stories of a case."""
    rules, facts = rules_of(case, release, few), rules_for(case, release)
    texts = {}
    for name in (name for name in stories(case.kube_state(release), case.paths) if name in case.stories):
        played = story(name, case, release, few)
        test = rule_test(played, rules.specs, case.honored, facts)
        if not case.old_uuid:
            test = without_old_uuid(test, played)
        texts[name] = promtool_runs.text_of(test, rules.groups)
        if name in LEFT_OVER and not case.inline:
            test = with_leftovers(test, played, rules.specs, case.honored, facts)
            texts[f"{name}, left over"] = promtool_runs.text_of(test, rules.groups)
    return texts


def distinct_releases(case: Case) -> list[str]:
    """One release for each rule file that differs in more than comments, or is fed other labels."""
    found: dict[tuple[str, tuple[bool, bool]], str] = {}
    for release in case.releases:
        fed = ("remote" in case.paths and not lists_addresses(release), not names_pod(release))
        found.setdefault((rules_of(case, release).rules, fed), release)
    return list(found.values())


@pytest.mark.parametrize("name", CASES)
def test_every_story_over_every_path(promtool: Path, name: str) -> None:
    case = CASES[name]
    for release in distinct_releases(case):
        failed = promtool_runs.failures(promtool, rules_of(case, release).rules, texts_of(case, release))
        assert not failed, f"KubeVirt {release}\n" + "\n".join(f"{what}: {said}" for what, said in failed.items())


def test_every_path_is_told_alone_for_every_release_that_serves_it() -> None:
    told_for: dict[str, set[str]] = {"pod-network": set(rendered.RELEASES)}
    for case in CASES.values():
        if len(case.paths) == 1 and set(case.stories) == set(SCENARIOS):
            told_for.setdefault(case.paths[0], set()).update(case.releases)

    for name, path in PATHS.items():
        served = {release for release in RELEASES if serves(path, labels_of(release))}
        assert served <= told_for[name], name


def labels_of(release: str) -> LabelsOf:
    """The labels of the metrics of a KubeVirt release."""
    return {one.metric: one.type.possible for one in kubevirt.schemas(release)}.get


def test_an_unmapped_host_gives_no_vm_a_sample_and_says_so() -> None:
    case = replace(CASES["host, unmapped"], stories=("steady",))
    for release in distinct_releases(case):
        text = texts_of(case, release)["steady"]
        checks = text.split("- expr: ")[1:]
        of_vms = [check for check in checks if check.startswith(('"vmi', '"abs(vmi'))]
        assert of_vms
        assert all("exp_samples: []" in check for check in of_vms)
        (said,) = (
            check
            for check in checks
            if check.startswith('"cluster:kubevirt_vmi_gpu_host_unmapped:max') and "360s" in check
        )
        assert "value: 1" in said
