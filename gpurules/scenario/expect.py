"""What each record must show, worked out from the cluster itself: no PromQL, no stored series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from gpurules.promql.types import Kind
from gpurules.rules.spec import RecordSpec
from gpurules.scenario import fleet_levels
from gpurules.scenario.booking import DEFAULT, RulesFor, Seen, Vm
from gpurules.scenario.claims import shared_addresses
from gpurules.scenario.expect_health import HEALTH_ROLES
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
from gpurules.scenario.exposition import error_labels, row_value
from gpurules.scenario.model import Labels, Reading, World, labels_of
from gpurules.scenario.quantities import BY_NAME, FREE, RESERVED, USED, XID, Quantity
from gpurules.scenario.sample import sample
from gpurules.scenario.target import Sample
from gpurules.scenario.views import View, Views


def expect(
    world: World, spec: RecordSpec, moment: float, guests_honor: bool, rules: RulesFor = DEFAULT
) -> Expectation | None:
    """As :func:`expected`, for one record at one moment alone."""
    return expected(Views(world, guests_honor, rules), spec, moment)


def expected(views: Views, spec: RecordSpec, moment: float) -> Expectation | None:
    """What ``spec.record`` must show at ``moment``; None where that is not settled, within a transition.

    Raises KeyError for a role that the evaluator does not know and Contradiction where the record contradicts the table
    of quantities (a gauge that is rated, a counter that is not, GPUs combined in another way).
    """
    world, rules = views.world, views.rules
    if rules.cluster_label:
        return _of_clusters(views, spec, moment)
    stated = world.stated.get((spec.role, int(moment)))
    if stated is not None and (rules.as_stated or spec.role != "ambiguous"):
        # Stories state what rules on launcher pods show. What is ambiguous on others follows from what is heard.
        return Expectation((sample(spec, {}, stated),)) if rules.as_stated else None
    kinds = unsettled_by(spec, rules, world)
    if not all(settled(world, kind, moment) for kind in kinds):
        return None

    if spec.role in fleet_levels.INTEGRALS:
        return fleet_levels.integral(views, spec, moment)
    view = views.at(moment)
    if ("senders" in kinds and not view.senders_settled) or (spec.role in DESCRIBING and view.contradictory):
        return None
    samples = tuple({**ROLES, **fleet_levels.ROLES}[spec.role](view, spec))
    divided = spec.operation == "avg" or spec.role == "memory_used_ratio"
    if fleet_levels.inexact(spec) or (spec.level == "vmi" and divided and _many(view)):
        return Expectation(samples, fleet_levels.INEXACT)
    return Expectation(
        samples, rate_tolerance(rules.window, pace(world, rules.window)) if spec.kind is Kind.RATE else 0
    )


def _of_clusters(views: Views, spec: RecordSpec, moment: float) -> Expectation | None:
    """What each cluster shows by itself, its name in the cluster label; None where one of them is not settled."""
    samples: list[Sample] = []
    tolerance = 0.0
    for name, alone in views.clusters.items():
        unseen = spec.level == "health" and _unseen(alone.at(moment))
        if unseen and spec.role != "ambiguous":
            continue
        found = expected(alone, spec, moment)
        if found is None:
            return None
        samples += (
            replace(one, labels=labels_of({**dict(one.labels), views.rules.cluster_label: name}))
            for one in found.samples
            # What was ambiguous of late is counted, but nothing says that there is nothing to count.
            if one.value or not unseen
        )
        tolerance = max(tolerance, found.tolerance)
    return Expectation(tuple(samples), tolerance)


def _unseen(view: View) -> bool:
    """Whether nothing that the rules read speaks of the cluster, so that they cannot know that it is there."""
    listened = view.told and view.rules.reads_vms, view.watched and view.rules.reads_pods
    return not any(listened) and not any(True for source in view.rules.sources for _ in view.of(source))


DESCRIBING = ("info", "placement")
"""Roles that say what a GPU is: where two exporters say different things, either is right."""


def unsettled_by(spec: RecordSpec, rules: RulesFor, world: World) -> tuple[str, ...]:
    """The kinds of record that it is, in the words of :class:`~gpurules.scenario.model.Transition`."""
    if spec.role == "ambiguous" and "node" not in rules.sources:
        # What is heard is known at any time; who sends from an address that VMs share is not.
        shared = "address" in rules.sources and shared_addresses(world.cluster)
        return ("heard", "senders", "health") if shared else ("heard",)
    if spec.role == "identity":
        # Two addresses of one VM may be known while two components tell of it; each stands for that VM.
        return ("senders", "health") if spec.record.startswith("vmi_address:") else ("senders",)
    if spec.role in ("claim", "silent"):
        return ("senders", "health")
    if (spec.level == "health" and spec.role != "shared_uuid") or spec.role == "device":
        return ("health",)
    # GPUs that are claimed twice are counted from what is recorded of them.
    if spec.kind is Kind.RATE:
        return ("rates",)
    return ("values", "named") if set(rules.sources) - {"pod", "host_pod"} else ("values",)


def _many(view: View) -> bool:
    """Whether a VM has more GPUs or instances than two, whose average or ratio binary floats need not hold."""
    devices: dict[Vm, int] = {}
    for vm, _, _ in view.devices():
        devices[vm] = devices.get(vm, 0) + 1
    return max(devices.values(), default=0) > 2


def field_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``field``: one series for each GPU, or the GPUs of a VM combined."""
    (name,) = spec.fields
    quantity = BY_NAME[name]
    rated = spec.kind is Kind.RATE
    if rated != quantity.cumulative:
        raise Contradiction(f"{spec.record}: {name} is {'not ' if rated else ''}a cumulative counter")
    if spec.level == "vmi_gpu":
        for vm, gpu, reading, value in view.values(name, rated):
            yield sample(spec, {**vm_labels(vm), **device_labels(gpu), **extra_labels(name, gpu, reading)}, value)
        return
    combine = view.rules.combine.get(name) or quantity.combine
    if combine != spec.operation:
        raise Contradiction(f"{spec.record}: the GPUs of a VM combine by {combine}, not by {spec.operation}")
    numbers: dict[Labels, list[tuple[str, Fraction]]] = {}
    for vm, gpu, reading, value in view.values(name, rated):
        labels = sample(spec, {**vm_labels(vm), **extra_labels(name, gpu, reading)}, 0).labels
        numbers.setdefault(labels, []).append((gpu.gpu.uuid, value))
    for labels, found in numbers.items():
        yield Sample(labels, float(combined(quantity, combine, found)))


def extra_labels(name: str, gpu: Seen, reading: Reading) -> dict[str, str]:
    """The dimensions that the exporter adds to a field."""
    if name == XID:
        return error_labels(reading) if gpu.exporter.error_labels else {}
    return {label: value for label, value in reading.labels if label in BY_NAME[name].labels}


def combined(quantity: Quantity, combine: str, numbers: Sequence[tuple[str, Fraction]]) -> Fraction:
    """The GPUs of one VM in one number; what is the whole GPU's counts once however many instances repeat it."""
    values = [value for _, value in numbers] if quantity.per_instance else list(dict(numbers).values())
    return COMBINATIONS[combine](values)


def info_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``info``: 1 for each GPU of a VM, with what describes it."""
    for (vm, _, _), senders in view.devices().items():
        yield sample(spec, {**vm_labels(vm), **device_labels(senders[0]), **description(senders[0])}, 1)


def device_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``device``: 1 for each GPU that is seen, by the key of its source, with what describes it."""
    source = spec.record.partition("_gpu:")[0]
    found: dict[Labels, Sample] = {}
    for key, gpu in view.of(source):
        row = {gpu.exporter.driver_label: gpu.exporter.driver_version}
        row |= {label: row_value(name, gpu.gpu) for label, name in gpu.exporter.rows}
        where = {"instance": gpu.labels["instance"], **dict(zip(KEYS[source], key, strict=True))}
        one = sample(spec, {**where, **device_labels(gpu), **description(gpu), **row}, 1)
        found[one.labels] = one
    yield from found.values()


KEYS = {
    "pod": ("namespace", "pod"),
    "host_pod": ("namespace", "pod"),
    "name": ("namespace", "name"),
    "address": ("address",),
    "node": ("node",),
}
"""The labels that the key of each source has."""

SOURCES = {"vmi_pod": ("pod", "host_pod"), "vmi_name": ("name",), "vmi_address": ("address",), "vmi_node": ("node",)}
"""The sources whose series each identity record is for."""


def identity_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``identity``: 1 for each key of a running VM that sent something."""
    found: dict[Labels, Sample] = {}
    for source in SOURCES[spec.record.partition(":")[0]]:
        if source not in view.rules.sources:
            continue
        for key in sorted(view.senders(source)):
            vm = view.vm(source, key)
            if vm is not None:
                one = sample(spec, {**vm_labels(vm), **dict(zip(KEYS[source], key, strict=True))}, 1)
                found[one.labels] = one
    yield from found.values()


def claim_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``claim``: who has which of the addresses that GPU series come from."""
    for address, namespace, name in sorted(set(view.claimed())):
        yield sample(spec, {"address": address, "namespace": namespace, "name": name}, 1)


def memory(view: View, level: str, names: Iterable[str]) -> dict[tuple[Vm, str, str, str], dict[str, Fraction]]:
    """Bytes by field, for each GPU or VM of the level, of the GPUs that send what is used and what is free."""
    devices: dict[tuple[Vm, str, str, str], dict[str, Fraction]] = {}
    for name in names:
        for vm, gpu, _, value in view.values(name, rated=False):
            devices.setdefault((vm, gpu.gpu.uuid, gpu.instance_id, gpu.gpu.index), {})[name] = value
    found: dict[tuple[Vm, str, str, str], dict[str, Fraction]] = {}
    for key, numbers in devices.items():
        if USED in numbers and FREE in numbers:
            row = found.setdefault(key if level == "vmi_gpu" else (key[0], "", "", ""), {})
            for name, value in numbers.items():
                row[name] = row.get(name, Fraction(0)) + value
    return found


def memory_labels(key: tuple[Vm, str, str, str]) -> dict[str, str]:
    """The labels of a key of :func:`memory`."""
    vm, uuid, instance_id, index = key
    return {**vm_labels(vm), "UUID": uuid, "GPU_I_ID": instance_id, "gpu": index}


def memory_total_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``memory_total``: used, free and, where it is sent, reserved bytes."""
    for key, row in memory(view, spec.level, (USED, FREE, RESERVED)).items():
        yield sample(spec, memory_labels(key), sum(row.values(), Fraction(0)))


def memory_ratio_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``memory_used_ratio``: the sum of used over the sum of used and free, as DCGM's own field 254."""
    for key, row in memory(view, spec.level, (USED, FREE)).items():
        if row[USED] + row[FREE]:
            yield sample(spec, memory_labels(key), row[USED] / (row[USED] + row[FREE]))


def gpu_count_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``gpu_count``: the GPUs of each VM; the instances of a MIG GPU count as the one GPU."""
    found: dict[Vm, set[str]] = {}
    for vm, uuid, _ in view.devices():
        found.setdefault(vm, set()).add(uuid)
    for vm, uuids in found.items():
        yield sample(spec, vm_labels(vm), len(uuids))


Evaluator = Callable[[View, RecordSpec], Iterator[Sample]]

ROLES: Mapping[str, Evaluator] = {
    "device": device_samples,
    "identity": identity_samples,
    "claim": claim_samples,
    "field": field_samples,
    "info": info_samples,
    "memory_total": memory_total_samples,
    "memory_used_ratio": memory_ratio_samples,
    "gpu_count": gpu_count_samples,
    **HEALTH_ROLES,
}
