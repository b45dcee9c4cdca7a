"""What follows from answers, as tables: no server is asked."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from gpurules.cluster.prometheus.answer import LoadedRule
from gpurules.doctor import outcome
from gpurules.doctor.keys import key_of
from gpurules.doctor.model import Severity
from gpurules.doctor.outcome import COMES_BY, PathSource, Relation, Vm, joined, outcomes
from gpurules.doctor.question import Wanted
from gpurules.doctor.questions import counters, history, loaded, machines, sides, timing
from gpurules.doctor.questions.devices import Device
from gpurules.doctor.reasons import UNSERVED
from gpurules.doctor.recommend import chosen_paths
from gpurules.doctor.registry import QUESTIONS
from gpurules.labels import kubevirt
from gpurules.promql.syntax.parser import parse
from gpurules.promql.types import ONE, Kind
from gpurules.rules.identities.registry import IDENTITIES
from gpurules.rules.paths.path import Scrape
from gpurules.rules.paths.registry import PATHS
from gpurules.rules.spec import RecordSpec

SEVERAL = "several VMs share the namespace and pod a/virt-launcher-vm-x7k2p"
LAUNCHER = {"namespace": "a", "pod": "virt-launcher-vm-x7k2p"}
EXPORTER = {"namespace": "gpu-operator", "pod": "exporter-1"}


@pytest.mark.parametrize(
    ("path", "labels", "keys"),
    [
        ("pod-network", LAUNCHER, {("a", "virt-launcher-vm-x7k2p")}),
        ("pod-network", {"namespace": "a"}, set()),
        (
            "host",
            {**EXPORTER, "exported_namespace": "a", "exported_pod": "p"},
            {("gpu-operator", "exporter-1"), ("a", "p")},
        ),
        ("vsock-exporter", {**EXPORTER, "name": "vm"}, {("gpu-operator", "vm")}),
        ("vsock-exporter", {**LAUNCHER, "name": "vm"}, set()),
        ("remote", {"instance": "10.0.0.1:9400"}, {("10.0.0.1",)}),
        ("remote", {"instance": "[fd00::1]:9400"}, {("fd00::1",)}),
        ("remote", {"instance": "vsock://42:5555"}, set()),
        ("remote", {"instance": "10.0.0.1:9400", "namespace": "a", "name": "vm"}, {("a", "vm")}),
        ("single-vm-node", {**EXPORTER, "Hostname": "worker-1"}, {("worker-1",)}),
        ("single-vm-node", {**EXPORTER, "Hostname": "x", "node": "worker-2"}, {("worker-2",)}),
        ("single-vm-node", {**EXPORTER, "hostname": "worker-3"}, {("worker-3",)}),
        ("single-vm-node", {**LAUNCHER, "Hostname": "guest"}, set()),
    ],
)
def test_the_key_of_a_series(path: str, labels: Mapping[str, str], keys: set[tuple[str, ...]]) -> None:
    found = {key_of(source, labels) for source in PATHS[path].sources(Scrape())}
    assert found - {None} == keys


def device(labels: Mapping[str, str], target: Mapping[str, str] | None = None) -> Device:
    return Device({"UUID": "GPU-1", **labels}, labels if target is None else target)


@pytest.mark.parametrize(
    ("labels", "target", "paths"),
    [
        ({**LAUNCHER, "container": "compute"}, None, {"pod-network"}),
        (LAUNCHER, None, {"pod-network"}),
        ({**LAUNCHER, "container": "dcgm-exporter"}, None, {"vsock-sidecar"}),
        (LAUNCHER, EXPORTER, {"host"}),
        ({**EXPORTER, "exported_namespace": "a", "exported_pod": "virt-launcher-vm-x7k2p"}, EXPORTER, {"host"}),
        ({**EXPORTER, "exported_namespace": "a", "exported_pod": "trainer-0"}, EXPORTER, set()),
        ({**EXPORTER, "name": "vm"}, None, {"vsock-exporter"}),
        ({"namespace": "a", "name": "vm", "instance": "10.0.0.1:9400"}, None, {"remote"}),
        ({**EXPORTER, "Hostname": "worker-1"}, None, {"single-vm-node"}),
        ({"namespace": "batch", "pod": "trainer-0", "Hostname": "worker-1"}, EXPORTER, set()),
    ],
)
def test_by_which_path_a_series_came(
    labels: Mapping[str, str], target: Mapping[str, str] | None, paths: set[str]
) -> None:
    sources = [PathSource(name, source, True) for name, path in PATHS.items() for source in path.sources(Scrape())]
    one = device(labels, target)
    assert {each.path for each in sources if outcome.carried(each, one) is not None} == paths


@pytest.mark.parametrize(
    ("vms", "shared", "joins", "reason"),
    [
        ([Vm("a", "vm", "n")], [], Vm("a", "vm", "n"), ""),
        ([], [], None, "nothing is known of it"),
        ([Vm("a", "one"), Vm("a", "two")], [], None, f"{SEVERAL}: a/one, a/two"),
        ([], [Vm("a", "one"), Vm("b", "two")], None, f"{SEVERAL}: a/one, b/two"),
    ],
    ids=["one", "none", "several", "shared"],
)  # fmt: skip
def test_what_a_series_joins(vms: list[Vm], shared: list[Vm], joins: Vm | None, reason: str) -> None:
    key = ("a", "virt-launcher-vm-x7k2p")
    relation = Relation({key: tuple(vms)} if vms else {}, {key: tuple(shared)} if shared else {})
    sources = [PathSource("pod-network", PATHS["pod-network"].sources(Scrape())[0], True)]
    (found,) = outcomes(sources, [device(LAUNCHER)], {"launcher-pod": relation}, lambda *_: "nothing is known of it")
    assert (found.vm, found.reason) == (joins, reason)
    assert bool(joined([found])) is (joins is not None)


def test_paths_are_chosen_by_what_they_add() -> None:
    sources = {path: PathSource(path, PATHS[path].sources(Scrape())[0], True) for path in PATHS}
    wanted = {"remote": ("1", "2", "3"), "pod-network": ("3",), "vsock-exporter": ("4",), "host": ("1", "2", "3")}
    found = [
        outcome.Outcome(path, sources[path].source, Device({"UUID": uuid}, None), (), (Vm("a", uuid),))
        for path, uuids in wanted.items()
        for uuid in uuids
    ]
    assert chosen_paths(found) == ("host", "vsock-exporter")
    assert chosen_paths([]) == ()


def whole(release: str) -> dict[str, str]:
    """A kubevirt_vmi_info with every label that it may have in a release."""
    schema = next(one for one in kubevirt.schemas(release) if one.metric == "kubevirt_vmi_info")
    return dict.fromkeys(schema.type.possible, "x")


WHOLE = {release: whole(release) for release in ("v1.3", "v1.4", "v1.5", "v1.9")}


@pytest.mark.parametrize(
    ("series", "markers", "span"),
    [
        (WHOLE["v1.3"], (), "v1.3"),
        (WHOLE["v1.4"], (), "v1.4"),
        (WHOLE["v1.5"], (), "v1.5 to main"),
        ({**WHOLE["v1.5"], "preference": "<none>"}, (), "v1.5"),
        ({**WHOLE["v1.9"], "tenant": "x", "prometheus": "y"}, (), "v1.5 to main"),
        (WHOLE["v1.9"], ("kubevirt_vm_labels",), "v1.7 to main"),
        ({**WHOLE["v1.5"], "vmi_pod": ""}, (), "v1.4"),
    ],
)
def test_the_kubevirt_release(series: dict[str, str], markers: tuple[str, ...], span: str) -> None:
    found = machines.Machines((), (series,), frozenset((name, "job") for name in markers))
    assert machines.span_of(machines.fitting_releases(found)) == span


@pytest.mark.parametrize(
    ("names", "spelling", "first", "last"),
    [
        (("DCGM_FI_DEV_POWER_USAGE",), "Hostname", "2", "4.5.3-4.8.2"),
        (("DCGM_FI_DEV_POWER_USAGE",), "hostname", "4.6", "4.6"),
        (("DCGM_FI_DEV_BOARD_POWER_WATTS",), "hostname", "4.6", "4.6"),
        (("DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_OF_MY_OWN"), "hostname", "4.6", "4.6"),
    ],
)
def test_the_exporter_release(names: tuple[str, ...], spelling: str, first: str, last: str) -> None:
    fitting = counters.fitting_releases(names, spelling)
    assert fitting[0].name.startswith(first)
    assert fitting[-1].name.startswith(last)


def test_no_exporter_release_fits_names_that_none_knows_together() -> None:
    assert counters.fitting_releases(("DCGM_FI_DEV_BOARD_POWER_WATTS",), "Hostname") == ()
    assert counters.span_of(()) == "no known release"


@pytest.mark.parametrize(
    ("middle", "fewest", "changed", "expected"),
    [
        (40, 40, 20, (15, 15, 30)),
        (20, 20, 19, (30, 30, 0)),
        (20, 10, 5, (30, 60, 120)),
        (10, 10, 0, (60, 60, 0)),
        (0, 0, 0, (0, 0, 0)),
    ],
)
def test_intervals_from_counts(middle: float, fewest: float, changed: float, expected: tuple[float, ...]) -> None:
    found = timing.intervals(middle, fewest, changed)
    assert (found.scrape, found.slowest, found.collection) == expected


@pytest.mark.parametrize(
    ("seconds", "window"), [(1, "1m"), (15, "2m"), (30, "4m"), (60, "8m"), (100, "14m"), (120, "16m")]
)
def test_the_window_that_fits(seconds: float, window: str) -> None:
    assert timing.window_for(seconds) == window


@pytest.mark.parametrize(
    ("since", "series", "step"),
    [
        (86_400, 10, 300),
        (86_400, 12_000, 2_640),
        (86_400, 10_000_000, 3_600),
        (600, 10, 60),
        (30 * 86_400, 10, 9_000),
    ],
)
def test_the_step_of_a_day_grows_with_the_fleet(since: float, series: int, step: float) -> None:
    found = history.coarse_step(since, series)
    assert found == step
    assert since / found * series <= max(history.SERIES_STEPS, history.FEWEST_STEPS * series)


@pytest.mark.parametrize(
    ("series", "wanted", "names"),
    [
        ({"power": 4, "util": 4, "temp": 3}, 4, ("power",)),
        ({"power": 3, "util": 2, "temp": 1, "clock": 1}, 4, ("power", "util", "clock")),
        ({}, 4, ()),
    ],
)
def test_the_metrics_that_stand_for_all(series: dict[str, int], wanted: int, names: tuple[str, ...]) -> None:
    assert history.witnesses(series, ("clock", "power", "temp", "util"), wanted) == names


@pytest.mark.parametrize(
    ("replicas", "expected"),
    [
        (("prometheus-k8s-0",), {"0": 1}),
        (("prometheus-k8s-0", "prometheus-k8s-1"), {"0": 2}),
        (("prometheus-k8s-0", "prometheus-k8s-shard-1-0", "prometheus-k8s-shard-1-1"), {"0": 1, "1": 2}),
        (("",), {}),
    ],
)
def test_shards_are_told_from_replicas(replicas: tuple[str, ...], expected: dict[str, int]) -> None:
    assert sides.shards(({sides.REPLICA: value}, 1) for value in replicas) == expected


EXPRESSION = 'sum by (b, a) (rate(x{m="1", l=~"2|3"}[5m])) * on (a, b) group_left () max by (a, b) (y)'


@pytest.mark.parametrize(
    ("text", "equal"),
    [
        (EXPRESSION, True),
        (f"({EXPRESSION})", True),
        (EXPRESSION.replace("b, a", "a, b", 1), True),
        (EXPRESSION.replace('m="1", l=~"2|3"', 'l=~"2|3",m="1"'), True),
        (EXPRESSION.replace("(rate", "((rate").replace("[5m])", "[5m]))"), True),
        (EXPRESSION.replace("5m", "300s"), True),
        (EXPRESSION.replace("sum", "avg"), False),
        (EXPRESSION.replace("5m", "10m"), False),
        (EXPRESSION.replace('m="1", ', ""), False),
        (EXPRESSION.replace("group_left ()", ""), False),
        ("sum(", False),
    ],
)
def test_drift_is_a_difference_in_meaning(text: str, equal: bool) -> None:
    assert loaded.same(text, parse(EXPRESSION)) is equal


NOW = 10_000.0
RECORD = "vmi:kubevirt_vmi_gpu_power_watts:sum"
OTHER = "vmi:kubevirt_vmi_gpu:count"


def rule(**changes: object) -> LoadedRule:
    usual: dict[str, object] = {
        "group": "gpurules",
        "file": "rules.yaml",
        "interval": 30.0,
        "record": RECORD,
        "alert": "",
        "expression": "sum(x)",
        "labels": {},
        "health": "ok",
        "last_error": "",
        "evaluation_seconds": 0.1,
        "last_evaluation": NOW - 10,
    }
    return LoadedRule(**{**usual, **changes})  # type: ignore[arg-type]


def wanted(record: str, expression: str = "sum(x)", **labels: str) -> Wanted:
    spec = RecordSpec(record, "vmi", "field", (), (), ONE, Kind.GAUGE, "", rule_labels=tuple(labels.items()))
    return Wanted(spec, parse(expression))


@pytest.mark.parametrize(
    ("rules", "renders", "states"),
    [
        ([rule()], [wanted(RECORD)], {RECORD: "ok"}),
        ([rule(health="err", last_error="many-to-many")], [wanted(RECORD)], {RECORD: "failing"}),
        ([rule(last_evaluation=NOW - 301)], [wanted(RECORD)], {RECORD: "stale"}),
        ([rule(last_evaluation=NOW - 301, interval=120.0)], [wanted(RECORD)], {RECORD: "ok"}),
        ([rule(last_evaluation=0.0, health="unknown")], [wanted(RECORD)], {RECORD: "ok"}),
        ([rule(expression="sum(y)")], [wanted(RECORD)], {RECORD: "drifted"}),
        ([rule()], [wanted(RECORD), wanted(OTHER)], {RECORD: "ok", OTHER: "missing"}),
        ([rule()], [wanted("renamed:record:sum")], {RECORD: "unknown", "renamed:record:sum": "missing"}),
        ([rule(record="renamed:record:sum")], [wanted("renamed:record:sum")], {"renamed:record:sum": "ok"}),
        ([rule(labels={"input": "a"})], [wanted(RECORD, input="a"), wanted(RECORD, input="b")], {RECORD: "missing"}),
        ([rule()], [], {RECORD: "ok"}),
        ([rule(record="job:up:sum")], [wanted(RECORD)], {}),
        ([rule(record="vmi:kubevirt_vmi_gpu_util:sum")], [wanted(RECORD)], {}),
        ([], [wanted(RECORD)], {}),
    ],
    ids=[
        "ok", "failing", "stale", "slow but not stale", "not yet evaluated", "drifted", "missing", "unknown", "renamed",
        "static labels", "nothing renders", "another's", "KubeVirt's own", "none",
    ],
)  # fmt: skip
def test_the_state_of_a_rule(rules: list[LoadedRule], renders: list[Wanted], states: dict[str, str]) -> None:
    found = loaded.compare(rules, renders, NOW)
    assert {one.record: one.state for one in found.rules} == states


def test_a_group_is_as_slow_as_all_of_its_rules() -> None:
    rules = [rule(), rule(record="job:up:sum", evaluation_seconds=20.0)]
    (group,) = loaded.compare(rules, [wanted(RECORD)], NOW).groups
    assert (group.evaluation, group.interval, group.rules) == (20.1, 30.0, 1)


def test_every_path_and_identity_is_known() -> None:
    assert set(COMES_BY) == set(PATHS)
    assert set(history.NAIVE) == set(IDENTITIES) == set(UNSERVED)


def test_names_of_questions_and_findings_are_unique() -> None:
    names = [question.name for question in QUESTIONS]
    found = [name for question in QUESTIONS for name in question.finds]
    assert len(set(names)) == len(names)
    assert len(set(found)) == len(found)
    assert [one.rank for one in Severity] == [0, 1, 2]
