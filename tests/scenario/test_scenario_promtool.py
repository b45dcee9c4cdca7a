"""The writer of promtool tests, on rules written by hand: right ones pass every story, each known mistake fails one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

import promtool_runs
from gpurules.promql.types import Kind
from gpurules.rules.spec import RecordSpec
from gpurules.scenario.leftover import with_leftovers
from gpurules.scenario.promtool import notation, number, rule_test, rule_test_file, selector
from gpurules.scenario.quantities import ENERGY, POWER, USED, UTILISATION
from gpurules.scenario.scenarios.registry import SCENARIOS, world
from gpurules.scenario.scrape import STALE, Point

NOTATIONS: list[tuple[str, dict[int, Point], str]] = [
    ("nothing", {}, ""),
    ("one", {0: 1}, "1"),
    ("a run", {0: 1, 1: 1, 2: 1}, "1+0x2"),
    ("a gap", {0: 1, 3: 1}, "1 _x2 1"),
    ("later", {2: 0.5}, "_x2 0.5"),
    ("ends", {0: 7, 1: 7, 2: STALE}, "7+0x1 stale"),
    ("changes", {0: 1, 1: 2, 2: 2}, "1 2+0x1"),
    ("beyond the end", {0: 1, 20: 1}, "1 _x9"),
]


@pytest.mark.parametrize(("points", "expected"), [n[1:] for n in NOTATIONS], ids=[n[0] for n in NOTATIONS])
def test_compact_notation(points: dict[int, Point], expected: str) -> None:
    assert notation(points, 10) == expected


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (0.5, "0.5"), (1e300, "1e+300"), (-2.0, "-2"), (2.0**60, "1.152921504606847e+18")]
)
def test_numbers_read_back_as_they_were(value: float, text: str) -> None:
    assert number(value) == text
    assert float(text) == value


def test_selectors_quote_what_a_guest_may_write() -> None:
    assert selector((("__name__", "m"), ("a", 'x"\\\ny'))) == 'm{a="x\\"\\\\\\ny"}'
    assert selector(()) == "{}"
    assert selector((("__name__", "m"),)) == "m"


VM = ("namespace", "name", "node")
GPU = (*VM, "UUID", "GPU_I_ID", "gpu")

INFO = 'kubevirt_vmi_info{job="kubevirt-prometheus-metrics",phase="running",vmi_pod!="",vmi_pod!="<none>"}'
RULES: dict[str, str] = {
    "identity": f"""group by (namespace, pod, name, node) (label_replace(
        topk by (namespace, name) (1, timestamp({INFO})), "pod", "$1", "vmi_pod", "(.+)"))""",
    "power": """max by (namespace, name, node, UUID, GPU_I_ID, gpu) (
        max by (namespace, pod, UUID, GPU_I_ID, gpu) (
            {__name__=~"DCGM_FI_DEV_POWER_USAGE|DCGM_FI_DEV_BOARD_POWER_WATTS"})
        * on (namespace, pod) group_left (name, node) identity)""",
    "energy": """max by (namespace, name, node, UUID, GPU_I_ID, gpu) (
        max by (namespace, pod, UUID, GPU_I_ID, gpu) (rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION[5m]))
        * on (namespace, pod) group_left (name, node) identity) / 1000""",
    "vm_power": "sum by (namespace, name, node) (max by (namespace, name, node, UUID) (power))",
    "used": """max by (namespace, name, node, UUID, GPU_I_ID, gpu) (
        max by (namespace, pod, UUID, GPU_I_ID, gpu) (DCGM_FI_DEV_FB_USED)
        * on (namespace, pod) group_left (name, node) identity) * 1048576""",
    "utilisation": """max by (namespace, name, node, UUID, GPU_I_ID, gpu) (
        max by (namespace, pod, UUID, GPU_I_ID, gpu) ({__name__=~"DCGM_FI_DEV_GPU_UTIL|DCGM_FI_DEV_GPU_UTIL_RATIO"})
        * on (namespace, pod) group_left (name, node) identity) / 100""",
    "unmatched": """count(group by (namespace, pod) ({__name__=~"DCGM_FI_.+", pod=~"virt-launcher-.+"})
        unless on (namespace, pod) identity) or vector(0)""",
}
SPECS = (
    RecordSpec("power", "vmi_gpu", "field", (POWER,), GPU, None, Kind.GAUGE, ""),
    RecordSpec("energy", "vmi_gpu", "field", (ENERGY,), GPU, None, Kind.RATE, ""),
    RecordSpec("vm_power", "vmi", "field", (POWER,), VM, None, Kind.GAUGE, "", operation="sum"),
    RecordSpec("used", "vmi_gpu", "field", (USED,), GPU, None, Kind.GAUGE, ""),
    RecordSpec("utilisation", "vmi_gpu", "field", (UTILISATION,), GPU, None, Kind.RATIO, ""),
    RecordSpec("unmatched", "health", "unmatched", (), (), None, Kind.GAUGE, ""),
)
FORGIVEN = {"old_label_names", "old_labels_in_motion", "single_field", "forged_source", "launcher_relabelled"}
"""Stories that the short rules above are not written for."""


def rule_file(rules: Mapping[str, str]) -> str:
    """One group with these records."""
    listed = [{"record": name, "expr": expression} for name, expression in rules.items()]
    return json.dumps({"groups": [{"name": "by-hand", "rules": listed}]})


def failed(promtool: Path, rules: Mapping[str, str], scenarios: list[str], honored: bool = False) -> dict[str, str]:
    """The stories that the rules fail, of ``scenarios``; VMs without a pod in v1.5's spelling."""
    worlds = {name: world(name, "<none>") for name in scenarios}
    tests = {name: rule_test(story, SPECS, honored) for name, story in worlds.items()}
    texts = {name: promtool_runs.text_of(test, ("by-hand",)) for name, test in tests.items()}
    return promtool_runs.failures(promtool, rule_file(rules), texts)


def test_right_rules_pass_every_story(promtool: Path) -> None:
    assert failed(promtool, RULES, sorted(set(SCENARIOS) - FORGIVEN)) == {}


def test_right_rules_pass_with_records_left_over(promtool: Path) -> None:
    story = world("left_behind")
    test = with_leftovers(rule_test(story, SPECS, False), story, SPECS, False)

    assert any('"worker-gone"' in selector(series.labels) for series in test.series)
    text = promtool_runs.text_of(test, ("by-hand",))
    assert promtool_runs.failures(promtool, rule_file(RULES), {"left": text}) == {}


RAW = f'label_replace({INFO}, "pod", "$1", "vmi_pod", "(.+)")'
ARBITRARY = RULES["identity"].replace("timestamp(", "(")
UNFILTERED = INFO.replace(',vmi_pod!=""', "").replace(',vmi_pod!="<none>"', "")
POWER_SERIES = '{__name__=~"DCGM_FI_DEV_POWER_USAGE|DCGM_FI_DEV_BOARD_POWER_WATTS"}'
NAMESPACE_MOVED = f'label_replace({POWER_SERIES}, "namespace", "$1", "exported_namespace", "(.+)")'
MOVED = RULES["power"].replace(POWER_SERIES, f'label_replace({NAMESPACE_MOVED}, "pod", "$1", "exported_pod", "(.+)")')
ON_POD = RULES["power"].replace("on (namespace, pod)", "on (pod)")
ON_NODE = RULES["power"].replace("on (namespace, pod) group_left (name, node)", "on (node) group_left (name)")
GPU_UTILISATION = '{__name__=~"DCGM_FI_DEV_GPU_UTIL|DCGM_FI_DEV_GPU_UTIL_RATIO"}'
ONE_NAME = RULES["utilisation"].replace(GPU_UTILISATION, "DCGM_FI_DEV_GPU_UTIL")
NOT_AGGREGATED = f"""sum by (namespace, name, node) (
    {POWER_SERIES} * on (namespace, pod) group_left (name, node) identity)"""
LAUNCHERS = ', pod=~"virt-launcher-.+"'

MISTAKES: list[tuple[str, str, dict[str, str], str]] = [
    ("no de-duplication", "failover_overlap", {"identity": RAW}, "duplicate series"),
    ("an arbitrary one wins", "migration_failover", {"identity": ARBITRARY}, "exp:"),
    ("VMs without a pod", "no_vmi_pod", {"identity": RULES["identity"].replace(INFO, UNFILTERED)}, "duplicate series"),
    ("labels of a guest are moved over", "spoofing", {"power": MOVED}, "exp:"),
    ("labels of a nested node are moved over", "nested", {"power": MOVED}, "exp:"),
    ("joined on the pod alone", "steady", {"power": ON_POD}, "duplicate series"),
    ("joined on the node", "steady", {"power": ON_NODE}, "duplicate series"),
    ("MIG collapses", "mig", {"used": RULES["used"].replace("UUID, GPU_I_ID, gpu", "UUID, gpu")}, "exp:"),
    ("MIG multiplies", "mig", {"vm_power": "sum by (namespace, name, node) (power)"}, "exp:"),
    ("one generation of names", "mixed_exporters", {"utilisation": ONE_NAME}, "exp:"),
    ("percent", "steady", {"utilisation": RULES["utilisation"].replace("/ 100", "")}, "exp:"),
    ("MB for MiB", "steady", {"used": RULES["used"].replace("1048576", "1000000")}, "exp:"),
    ("zeros are dropped", "idle_gpu", {"utilisation": f"({RULES['utilisation']}) > 0"}, "exp:"),
    ("a raw counter", "steady", {"energy": RULES["energy"].replace("rate(", "(").replace("[5m]", "")}, "exp:"),
    ("millijoules", "steady", {"energy": RULES["energy"].replace("/ 1000", "")}, "exp:"),
    ("scrapes are summed, not GPUs", "scraped_twice", {"vm_power": NOT_AGGREGATED}, "exp:"),
    ("absent when all is well", "steady", {"unmatched": RULES["unmatched"].replace("or vector(0)", "")}, "exp:"),
    ("containers are guests", "containers", {"unmatched": RULES["unmatched"].replace(LAUNCHERS, "")}, "exp:"),
]


@pytest.mark.parametrize(("story", "changed", "said"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_each_known_mistake_is_caught(promtool: Path, story: str, changed: dict[str, str], said: str) -> None:
    broken = RULES | changed
    assert broken != RULES

    found = failed(promtool, broken, [story])

    assert story in found
    assert any(word in found[story] for word in said.split("|")), found[story]


def test_with_honor_labels_a_guest_may_expose_kubevirts_metric(promtool: Path) -> None:
    believing = RULES | {"identity": RULES["identity"].replace('job="kubevirt-prometheus-metrics",', "")}

    assert failed(promtool, RULES, ["spoofing"], honored=True) == {}
    assert set(failed(promtool, believing, ["spoofing"], honored=True)) == {"spoofing"}


def test_the_same_world_gives_the_same_text() -> None:
    texts = {rule_test_file(["rules.yaml"], [rule_test(world("migration"), SPECS, False)], ()) for _ in range(2)}

    assert len(texts) == 1
