"""What the levels above the VM must show: the GPUs of a namespace, a node or the cluster, counted in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from gpurules.promql.types import Kind
from gpurules.rules.spec import RecordSpec
from gpurules.scenario.booking import RulesFor, Seen, Vm
from gpurules.scenario.expectation import (
    COMBINATIONS,
    Contradiction,
    Expectation,
    description,
    device_labels,
    pace,
    rate_tolerance,
    settled,
    vm_labels,
)
from gpurules.scenario.model import Labels, World
from gpurules.scenario.quantities import BY_NAME, ENERGY, FREE, POWER, RESERVED, USED
from gpurules.scenario.sample import sample
from gpurules.scenario.scrape import INTERVAL
from gpurules.scenario.target import Sample
from gpurules.scenario.views import View, Views

HOUR = 3600
STEP = 30
"""Seconds between two readings of a sum over time."""


def placement_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``placement``: 1 for each GPU of a VM, with its model."""
    for (vm, _, _), senders in view.devices().items():
        yield sample(spec, {**vm_labels(vm), **device_labels(senders[0]), **description(senders[0])}, 1)


def count_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``fleet_count``: GPUs, however many instances they have."""
    yield from (Sample(labels, float(number)) for labels, number in counts(view, spec).items())


def counts(view: View, spec: RecordSpec) -> dict[Labels, int]:
    """GPUs by the labels of the record."""
    found: dict[Labels, set[tuple[Vm, str]]] = {}
    for (vm, uuid, _), senders in view.devices().items():
        found.setdefault(group(spec, vm, senders[0]), set()).add((vm, uuid))
    return {labels: len(gpus) for labels, gpus in found.items()}


def group(spec: RecordSpec, vm: Vm, gpu: Seen) -> Labels:
    """The labels under which a GPU is counted."""
    return sample(spec, {**vm_labels(vm), "modelName": gpu.gpu.model}, 0).labels


def field_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``fleet_field``: the GPUs combined; what is the whole GPU's counts once for each GPU of a VM."""
    (name,) = spec.fields
    quantity = BY_NAME[name]
    if quantity.combine != spec.operation:
        raise Contradiction(f"{spec.record}: GPUs combine by {quantity.combine}, not by {spec.operation}")
    for labels, numbers in readings(view, spec, name).items():
        yield Sample(labels, float(COMBINATIONS[quantity.combine](numbers)))


def readings(view: View, spec: RecordSpec, name: str) -> dict[Labels, list[Fraction]]:
    """The numbers of a field by the labels of the record, each GPU or instance once."""
    quantity = BY_NAME[name]
    found: dict[Labels, dict[tuple[Vm, str, str], Fraction]] = {}
    for vm, gpu, _, value in view.values(name, rated=quantity.cumulative):
        instance = gpu.instance_id if quantity.per_instance else ""
        found.setdefault(group(spec, vm, gpu), {})[vm, gpu.gpu.uuid, instance] = value
    return {labels: list(numbers.values()) for labels, numbers in found.items()}


def memory(view: View, spec: RecordSpec, names: Iterable[str]) -> dict[Labels, list[dict[str, Fraction]]]:
    """Bytes by field of each GPU that sends what is used and what is free."""
    rows: dict[tuple[Vm, str, str], tuple[Labels, dict[str, Fraction]]] = {}
    for name in names:
        for vm, gpu, _, value in view.values(name, rated=False):
            key = (vm, gpu.gpu.uuid, gpu.instance_id)
            rows.setdefault(key, (group(spec, vm, gpu), {}))[1][name] = value
    found: dict[Labels, list[dict[str, Fraction]]] = {}
    for labels, row in rows.values():
        if USED in row and FREE in row:
            found.setdefault(labels, []).append(row)
    return found


def memory_total_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``fleet_memory_total``: used, free and, where it is sent, reserved bytes."""
    for labels, rows in memory(view, spec, (USED, FREE, RESERVED)).items():
        yield Sample(labels, float(sum((value for row in rows for value in row.values()), Fraction(0))))


def memory_ratio_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``fleet_memory_used_ratio``: the sum of used over the sum of used and free."""
    for labels, rows in memory(view, spec, (USED, FREE)).items():
        used = sum((row[USED] for row in rows), Fraction(0))
        usable = used + sum((row[FREE] for row in rows), Fraction(0))
        if usable:
            yield Sample(labels, float(used / usable))


def held(view: View, spec: RecordSpec) -> Mapping[Labels, Fraction]:
    """What role ``fleet_time`` adds up: GPUs."""
    return {labels: Fraction(number) for labels, number in counts(view, spec).items()}


def drawn(view: View, spec: RecordSpec) -> Mapping[Labels, Fraction]:
    """What role ``fleet_energy`` adds up: power, or the rate at which the counter of energy grows."""
    (name,) = spec.fields
    if name not in (POWER, ENERGY):
        raise Contradiction(f"{spec.record}: energy is summed from {POWER} or {ENERGY}")
    return {labels: sum(numbers, Fraction(0)) for labels, numbers in readings(view, spec, name).items()}


INTEGRALS: Mapping[str, Callable[[View, RecordSpec], Mapping[Labels, Fraction]]] = {
    "fleet_time": held,
    "fleet_energy": drawn,
}


@dataclass(slots=True)
class Stretch:
    """Readings in a row that are the same: how many of them are seen, how many that may be off by, and whether any is
    settled."""

    read: Mapping[Labels, Fraction]
    seen: Fraction = Fraction(0)
    off: Fraction = Fraction(0)
    certain: bool = False


def integral(views: Views, spec: RecordSpec, moment: float) -> Expectation | None:
    """The readings of the last hour, each times the step; None where nothing of a series is settled.

    A reading within a transition may be anything up to the largest one, which is what the tolerance allows; a rate may
    be off by its own tolerance besides.
    """
    world, rules = views.world, views.rules
    rated = spec.kind is Kind.RATE
    certain: dict[Labels, Fraction] = {}
    largest: dict[Labels, Fraction] = {}
    slack: dict[Labels, Fraction] = {}
    unsure = 0
    stretches: list[Stretch] = []
    step = int(moment) // STEP * STEP
    while step >= 0 and step > moment - HOUR:
        # What is read was recorded at the evaluation before.
        recorded = step // rules.evaluation * rules.evaluation
        read = _added_up(views.at(recorded), spec)
        if not stretches or stretches[-1].read != read:
            stretches.append(Stretch(read))
        if settled(world, "rates" if rated else "values", recorded):
            seen, off = _seen(world, recorded, rules) if rated else (Fraction(1), Fraction(0))
            stretches[-1].certain = True
            stretches[-1].seen += seen
            stretches[-1].off += off
        else:
            unsure += 1
        step -= STEP
    for stretch in stretches:
        for labels, value in stretch.read.items():
            largest[labels] = max(largest.get(labels, Fraction(0)), value)
            if stretch.certain:
                certain[labels] = certain.get(labels, Fraction(0)) + value * stretch.seen
                slack[labels] = slack.get(labels, Fraction(0)) + value * stretch.off
    if unsure and certain.keys() != largest.keys():
        return None
    middles = {labels: total + largest[labels] * unsure / 2 for labels, total in certain.items()}
    tolerance = max(
        ((largest[labels] * unsure / 2 + slack[labels]) / middle for labels, middle in middles.items() if middle),
        default=0,
    )
    samples = tuple(Sample(labels, float(middle * STEP)) for labels, middle in middles.items())
    # The comparison is "less than", and half a step must not fail on the last digit.
    return Expectation(samples, float(tolerance) * 1.001)


def _added_up(view: View, spec: RecordSpec) -> Mapping[Labels, Fraction]:
    """What is added up at the moment of ``view``, for all sums that reach over it."""
    if spec not in view.added_up:
        view.added_up[spec] = INTEGRALS[spec.role](view, spec)
    return view.added_up[spec]


def _seen(world: World, moment: int, rules: RulesFor) -> tuple[Fraction, Fraction]:
    """How much of a rate is seen at ``moment``, where the window reaches back before the start, and how far that may be
    off: what has grown is divided by the whole window, and there is a reading and a scrape more or less."""
    if moment >= rules.window:
        return Fraction(1), Fraction(rate_tolerance(rules.window, pace(world, rules.window)))
    return Fraction(moment, rules.window), Fraction(pace(world, moment) + INTERVAL) / rules.window


INEXACT = 1e-9
"""How far averages and ratios over any number of GPUs may be from the exact fraction."""


def inexact(spec: RecordSpec) -> bool:
    """Whether the number is a quotient that binary floats do not hold."""
    return spec.role.startswith("fleet_") and spec.kind is Kind.RATIO


ROLES: Mapping[str, Callable[[View, RecordSpec], Iterator[Sample]]] = {
    "placement": placement_samples,
    "fleet_count": count_samples,
    "fleet_field": field_samples,
    "fleet_memory_total": memory_total_samples,
    "fleet_memory_used_ratio": memory_ratio_samples,
}
