"""Unit tests for promtool, written from a world: its stored series as input, and what each record must show.

Source of the notation: Prometheus' documentation of unit testing for rules. ``ax n`` is ``a`` followed by n more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import groupby

from gpurules.promql.types import Kind
from gpurules.rules.spec import RecordSpec
from gpurules.scenario.booking import DEFAULT, RulesFor
from gpurules.scenario.expect import expected
from gpurules.scenario.expectation import Expectation, pace, rate_tolerance, settled
from gpurules.scenario.model import Labels, Reading, World, labels_of
from gpurules.scenario.quantities import BY_NAME
from gpurules.scenario.scrape import INTERVAL, STALE, Point, StoredSeries, stored
from gpurules.scenario.target import Sample
from gpurules.scenario.views import View, Views

DESCRIPTION = ("modelName", "pci_bus_id", "driver_version")
"""Labels that say what a GPU is; it must not be said twice."""

EVALUATION = 30
"""Seconds between two evaluations of the rules."""


@dataclass(frozen=True, slots=True)
class Check:
    """At ``moment`` the expression must give these samples and no others. ``record`` is what is asked about, and
    ``meaning`` says what must hold where the samples do not; both for a reader."""

    moment: int
    expression: str
    samples: tuple[Sample, ...]
    record: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One promtool test: input series and checks."""

    name: str
    series: tuple[StoredSeries, ...]
    checks: tuple[Check, ...]


def rule_test(world: World, specs: Sequence[RecordSpec], guests_honor: bool, rules: RulesFor = DEFAULT) -> RuleTest:
    """The test of all records of ``specs`` at all checkpoints of ``world``."""
    label = rules.cluster_label or ("cluster" if world.others else "")
    series = tuple(
        entry if not label else replace(entry, labels=labels_of({**dict(entry.labels), label: name}))
        for name, cluster in world.clusters.items()
        for entry in stored(cluster, guests_honor, world.end)
        if dict(entry.labels)["__name__"] != "up"
    )
    asked = [spec for spec in specs if not world.levels or spec.level in world.levels]
    if not asked:
        return RuleTest(world.name, (), (Check(0, "vector(0)", (Sample((), 0),), meaning=NO_ERROR),))
    if (world.lawless and guests_honor) or (world.others and not rules.cluster_label):
        return RuleTest(world.name, series, (Check(world.end, "vector(0)", (Sample((), 0),), meaning=NO_ERROR),))
    views = Views(world, guests_honor, rules)
    checks = tuple(check for moment in world.checkpoints for spec in asked for check in checks_of(views, spec, moment))
    return RuleTest(world.name, series, checks)


NO_ERROR = "no rule fails"


def checks_of(views: Views, spec: RecordSpec, moment: int) -> Iterator[Check]:
    """What to ask about one record at one checkpoint."""
    expectation = expected(views, spec, moment)
    if expectation is None:
        # There is no more to see than since the start, and what is seen may be one reading too many.
        seen = max(min(views.rules.window, moment), 2 * INTERVAL)
        yield from unsettled_checks(views, spec, moment, rate_tolerance(seen, pace(views.world, seen)))
    elif expectation.tolerance:
        yield from near_checks(spec, moment, expectation)
    else:
        yield Check(moment, selector((("__name__", spec.record), *spec.rule_labels)), expectation.samples, spec.record)


def near_checks(spec: RecordSpec, moment: int, expectation: Expectation) -> Iterator[Check]:
    """The exact set of series, and each number within the tolerance."""
    nothing = tuple(Sample(nameless(one.labels), 0) for one in expectation.samples)
    yield Check(moment, f"{spec.record} * 0", nothing, spec.record, "exactly these series, whatever their numbers")
    for one in expectation.samples:
        record = selector(one.labels)
        if one.value == 0:
            expression, meaning = f"{record} == bool 0", f"{record} is 0"
        else:
            value = number(one.value)
            expression = f"abs({record} - {value}) / {value} < bool {expectation.tolerance}"
            meaning = f"{record} is {value}, give or take {expectation.tolerance:.2g} of it"
        yield Check(moment, expression, (Sample(nameless(one.labels), 1),), spec.record, meaning)


def unsettled_checks(views: Views, spec: RecordSpec, moment: int, tolerance: float) -> Iterator[Check]:
    """What holds even within a transition: no GPU twice, none on another VM, no number that no GPU
    ever had; rates within ``tolerance``."""
    world = views.world
    if spec.role == "fleet_count":
        # Each GPU that there ever was counts once at most, wherever its VM is.
        machines = [machine for cluster in world.clusters.values() for machine in cluster.machines]
        gpus = sum(len({gpu.uuid for gpu in machine.all_gpus}) for machine in machines)
        yield Check(moment, f"sum({spec.record}) > {gpus}", (), spec.record, f"no more than {gpus} GPUs in all")
    if spec.kind is Kind.RATE and settled(world, "values", moment) and not world.others:
        # Rates are still those of before, but known to be of the VM that is there now.
        for (namespace, name), node in sorted(booked_nodes(views.at(moment)).items()):
            elsewhere = f'{spec.record}{{namespace="{namespace}", name="{name}", node!="{node}"}}'
            yield Check(moment, elsewhere, (), spec.record, "none on a node where its VM is no more")
    if spec.level != "vmi_gpu":
        return
    grain = [label for label in spec.labels if label not in ("node", *DESCRIPTION)]
    twice = f"count by ({', '.join(grain)}) ({spec.record}) > 1"
    yield Check(moment, twice, (), spec.record, "no GPU of a VM twice")
    if "UUID" in grain:
        known = f'count by ({", ".join(label for label in grain if label != "gpu")}) ({spec.record}{{UUID!=""}}) > 1'
        yield Check(moment, known, (), spec.record, "no GPU of a VM under two indices")
    for uuid, owners in uuid_owners(world, views.guests_honor).items():
        one = f'{spec.record}{{UUID="{uuid}"'
        names, nodes = ("|".join(sorted(set(found))) for found in zip(*owners, strict=True))
        elsewhere = f'{one}, name!~"{names}"}} or {one}, node!~"{nodes}"}}'
        yield Check(moment, elsewhere, (), spec.record, "no GPU on a VM that does not have it, or on another node")
    for uuid, (lowest, highest) in bounds(world, spec, tolerance).items():
        record = f'{spec.record}{{UUID="{uuid}"}}'
        beyond = f"{record} < {number(lowest)} or {record} > {number(highest)}"
        yield Check(moment, beyond, (), spec.record, f"from {number(lowest)} to {number(highest)}")


def booked_nodes(view: View) -> Mapping[tuple[str, str], str]:
    """The node of each VM that anything is booked on."""
    return {(vm.namespace, vm.name): vm.node for vm, _ in view.booked}


def uuid_owners(world: World, guests_honor: bool) -> Mapping[str, set[tuple[str, str]]]:
    """The VMs that have each GPU, by name and node, one for each of their stays; where a guest's labels are honored,
    also the one whose launcher it says that it is."""
    owners: dict[str, set[tuple[str, str]]] = {}
    for cluster in world.clusters.values():
        holders: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for machine in cluster.machines:
            for stay in machine.stays:
                holders.setdefault((machine.namespace, stay.pod), set()).add((machine.name, stay.node))
        for machine in cluster.machines:
            # A launcher that KubeVirt ties to another VM for a while is that one's meanwhile.
            found = set().union(*(holders[machine.namespace, stay.pod] for stay in machine.stays))
            if guests_honor and machine.exporter is not None:
                claim = dict(machine.exporter.exposed)
                found |= holders.get((claim.get("namespace", ""), claim.get("pod", "")), set())
            for gpu in machine.all_gpus:
                owners.setdefault(gpu.uuid, set()).update(found)
    return owners


def bounds(world: World, spec: RecordSpec, tolerance: float) -> Mapping[str, tuple[float, float]]:
    """The least and the most that the record of a field may ever say of each GPU."""
    if spec.role != "field":
        return {}
    found: dict[str, list[float]] = {}
    for machine in (machine for cluster in world.clusters.values() for machine in cluster.machines):
        for gpu in machine.all_gpus:
            for readings in (gpu.readings, *(one.readings for one in gpu.instances)):
                reading = readings.get(spec.fields[0])
                if reading is not None:
                    factor = BY_NAME[spec.fields[0]].factor
                    found.setdefault(gpu.uuid, []).append(float(Fraction(_said(reading, spec.kind)) * factor))
    slack = tolerance if spec.kind is Kind.RATE else 0
    return {
        uuid: (0 if spec.kind is Kind.RATE else min(values), max(values) * (1 + slack))
        for uuid, values in found.items()
    }


def _said(reading: Reading, kind: Kind) -> float:
    return reading.per_second if kind is Kind.RATE else reading.value


def nameless(labels: Labels) -> Labels:
    """Without the metric name."""
    return tuple(pair for pair in labels if pair[0] != "__name__")


@lru_cache(maxsize=1 << 16)
def selector(labels: Labels) -> str:
    """The series as a selector, or as promtool writes an expected sample."""
    pairs = dict(labels)
    name = pairs.pop("__name__", "")
    matchers = ", ".join([f"{label}={quoted(value)}" for label, value in pairs.items()])
    return f"{name}{{{matchers}}}" if pairs or not name else name


@lru_cache(maxsize=1 << 16)
def quoted(text: str) -> str:
    """A string literal of PromQL."""
    return json.dumps(text)


def number(value: float) -> str:
    """The shortest text that reads back as the same number, without a fraction where there is none."""
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)


def notation(points: Mapping[int, Point], length: int) -> str:
    """promtool's compact notation of points 0 to ``length`` - 1; what is missing at the end is left out."""
    last = max(points, default=-1)
    runs = groupby(map(points.get, range(min(length, last + 1))))
    return " ".join([word for point, run in runs for word in written(point, len(list(run)))])


def written(point: Point | None, count: int) -> list[str]:
    """A run of equal points."""
    if point is None:
        return [f"_x{count}"]
    if point is STALE or not isinstance(point, (int, float)):
        return ["stale"] * count
    text = number(point)
    return [text] if count == 1 else [f"{text}+0x{count - 1}"]


def rule_test_file(
    rule_files: Iterable[str], tests: Iterable[RuleTest], groups: Iterable[str], evaluation: int = EVALUATION
) -> str:
    """The YAML text of a promtool test file; ``groups`` in the order of evaluation, every ``evaluation`` seconds."""
    lines = [
        f"rule_files: {json.dumps(list(rule_files))}",
        f"evaluation_interval: {evaluation}s",
        f"group_eval_order: {json.dumps(list(groups))}",
        "tests:",
    ]
    for test in tests:
        lines.extend(rule_test_lines(test))
    return "\n".join(lines) + "\n"


def rule_test_lines(test: RuleTest) -> Iterator[str]:
    """One test. JSON strings are YAML scalars."""
    length = max((check.moment for check in test.checks), default=0) // INTERVAL + 1
    yield f"- name: {json.dumps(test.name)}"
    yield f"  interval: {INTERVAL}s"
    yield "  input_series:"
    for entry in test.series:
        yield f"  - series: {json.dumps(selector(entry.labels))}"
        yield f"    values: {json.dumps(notation(entry.points, length))}"
    yield "  promql_expr_test:"
    for check in test.checks:
        yield f"  - expr: {json.dumps(check.expression)}"
        yield f"    eval_time: {check.moment}s"
        yield "    exp_samples:" if check.samples else "    exp_samples: []"
        for one in check.samples:
            yield f"    - labels: {json.dumps(selector(one.labels))}"
            yield f"      value: {number(one.value)}"
