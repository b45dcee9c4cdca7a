"""What evaluating the default rule set costs a real Prometheus, against other ways to the same records."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import clusters
import rule_files
from ratio import Ratio
from servers import CannotMeasure, RuleFile, into_memory, measure

from gpurules.config.model import Config, RulesSection
from gpurules.rules.spec import RecordSpec

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
    """The default rules against the naive join and plain copies at two sizes, then growth in VMs and in GPUs.

    The largest size is measured on each Prometheus that there is, and with the series in memory as well.
    """
    _, promtool = programs()
    (first, prometheus), *more = versions()
    rendering = rule_files.rendered()
    specs = [rule.spec for group in rendering.rules.groups for rule in group.rules]
    taken: dict[tuple[int, int], float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in (LARGE, SMALL, FEW_VMS, FEW_GPUS):
            data = Path(folder) / f"{size[0]}-{size[1]}"
            metrics = clusters.build(*size, promtool, data)
            files = {"rules": RuleFile(rendering.text, f"count({POWER})")}
            if size in (LARGE, SMALL):
                files |= others(specs, metrics)
            seconds = measure(prometheus, data, files, size[1])
            taken[size] = seconds["rules"]
            if size in (LARGE, SMALL):
                what = f"default rules, {size[0]} VMs, {size[1]} GPUs"
                yield from _against(f"{what}, Prometheus {first}", seconds)
            if size == LARGE:
                for version, other in more:
                    yield from _against(f"{what}, Prometheus {version}", measure(other, data, files, size[1]))
                into_memory(prometheus, data, metrics)
                del files["naive"]
                for version, other in versions():
                    seconds = measure(other, data, files, size[1])
                    yield from _against(f"{what}, in memory, Prometheus {version}", seconds)
    yield Ratio("10000 VMs", taken[LARGE], "1000 VMs, 2000 GPUs each", taken[FEW_VMS], None)
    yield Ratio("2000 GPUs", taken[LARGE], "1000 GPUs, 10000 VMs each", taken[FEW_GPUS], None)


def _against(what: str, seconds: dict[str, float]) -> Iterator[Ratio]:
    """The rules against all others that were measured; the limits are for series in blocks."""
    limited = "naive" in seconds
    if limited:
        yield Ratio(what, seconds["rules"], "the join in each rule", seconds["naive"], 0.35)
    yield Ratio(what, seconds["rules"], "plain copies", seconds["copies"], 3 if limited else None)
    yield Ratio(what, seconds["rules"], "the least that it takes", seconds["floor"], None)
    yield Ratio(f"the least of {what}", seconds["floor"], "plain copies", seconds["copies"], None)


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


def versions() -> list[tuple[str, Path]]:
    """Every Prometheus that there is, with its version, the one that is usually measured first.

    Raises CannotMeasure where there is none.
    """
    known = [one for one in components.table() if one.program == "prometheus"]
    found = [(one.version, path) for one in known if (path := components.find(one.name))]
    return found or [("as on PATH", programs()[0])]


def others(
    specs: list[RecordSpec], metrics: frozenset[str], join: rule_files.Join = rule_files.LAUNCHER
) -> dict[str, RuleFile]:
    """What rules are measured against: the join by hand in each rule, plain copies, and the least that it takes."""
    naive = rule_files.naive(specs, metrics, join)
    return {
        "naive": RuleFile(naive, f"count({rule_files.naive_record(POWER)})", once=True),
        "copies": RuleFile(rule_files.copies(specs, metrics), 'count({__name__=~"copy:.+POWER.+"})'),
        "floor": RuleFile(rule_files.floor(specs, metrics, join), 'count({__name__=~"floor:vmi_gpu_.+power_watts.+"})'),
    }
