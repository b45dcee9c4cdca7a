"""What evaluating the default rule set costs a real Prometheus, against other ways to the same records."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import clusters
import rule_files
from ratio import Ratio
from servers import CannotMeasure, RuleFile, measure

from gpurules.config.model import Config, RulesSection

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import components

POWER = "vmi_gpu:kubevirt_vmi_gpu_power_watts:max"
"""The record whose series are counted, one for each GPU, so that nothing is measured that records nothing."""
ALL_LEVELS = ("vmi_gpu", "vmi", "namespace", "node", "cluster")
SMALL = (1_000, 200)
LARGE = (10_000, 2_000)
FEW_VMS = (1_000, 2_000)
FEW_GPUS = (10_000, 1_000)


def evaluation() -> Iterator[Ratio]:
    """The default rules against the naive join and plain copies at two sizes, then growth in VMs and in GPUs."""
    prometheus, promtool = programs()
    rendering = rule_files.rendered()
    specs = [rule.spec for group in rendering.rules.groups for rule in group.rules]
    taken: dict[tuple[int, int], float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in (LARGE, SMALL, FEW_VMS, FEW_GPUS):
            data = Path(folder) / f"{size[0]}-{size[1]}"
            metrics = clusters.build(*size, promtool, data)
            files = {"rules": RuleFile(rendering.text, f"count({POWER})")}
            if size in (LARGE, SMALL):
                files |= others(rule_files.naive(specs, metrics), rule_files.copies(specs, metrics))
            seconds = measure(prometheus, data, files, size[1])
            taken[size] = seconds["rules"]
            if size in (LARGE, SMALL):
                what = f"default rules, {size[0]} VMs, {size[1]} GPUs"
                yield Ratio(what, seconds["rules"], "the join in each rule", seconds["naive"], 0.35)
                yield Ratio(what, seconds["rules"], "plain copies", seconds["copies"], 3)
    yield Ratio("10000 VMs", taken[LARGE], "1000 VMs, 2000 GPUs each", taken[FEW_VMS], None)
    yield Ratio("2000 GPUs", taken[LARGE], "1000 GPUs, 10000 VMs each", taken[FEW_GPUS], None)


def levels() -> Iterator[Ratio]:
    """The default rules with all levels above the VM, against the default rules."""
    prometheus, promtool = programs()
    all_levels = Config(rules=RulesSection(levels=ALL_LEVELS))
    files = {
        name: RuleFile(rendering.text, f"count({POWER})")
        for name, rendering in {
            "default": rule_files.rendered(),
            "levels": rule_files.rendered(all_levels),
        }.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        clusters.build(*LARGE, promtool, data)
        seconds = measure(prometheus, data, files, LARGE[1])
    what = f"with namespace, node and cluster at {LARGE[0]} VMs, {LARGE[1]} GPUs"
    yield Ratio(what, seconds["levels"], "the default rules", seconds["default"], None)


def programs() -> tuple[Path, Path]:
    """Prometheus and promtool. Raises CannotMeasure where one is missing."""
    prometheus, promtool = components.find("prometheus"), components.find("promtool")
    if not prometheus or not promtool:
        raise CannotMeasure("no prometheus and promtool: python tests/components.py fetch")
    return prometheus, promtool


def others(naive: str, copies: str) -> dict[str, RuleFile]:
    """What rules are measured against: the join by hand in each rule, and plain copies."""
    return {
        "naive": RuleFile(naive, f"count({rule_files.naive_record(POWER)})", once=True),
        "copies": RuleFile(copies, 'count({__name__=~"copy:.+POWER.+"})'),
    }
