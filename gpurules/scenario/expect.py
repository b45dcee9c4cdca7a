"""What each record must show, worked out from the cluster itself: no PromQL, no stored series.

A guest's GPU belongs to the VM whose launcher pod the stored series name. With honorLabels false that is the scraped
pod, whatever the guest writes. With honorLabels true Prometheus lets a guest's own namespace and pod labels win, and no
query can recover whose they were: a guest that is a Kubernetes node is then seen as containers, and a forged launcher
pod as that launcher; :class:`Seen` says so by its ``pod``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gpurules.promql.types import Kind
from gpurules.rules.spec import RecordSpec
from gpurules.scenario.exposition import (
    Sample,
    error_labels,
    guest_targets,
    host_target,
    mapping,
    within,
)
from gpurules.scenario.model import Exporter, Gpu, Instance, Labels, Reading, World, labels_of
from gpurules.scenario.quantities import BY_NAME, FREE, RESERVED, USED, XID, Quantity

LAUNCHER_PREFIX = "virt-launcher-"
RATE_TOLERANCE = 0.06
"""How far a rate over a steady window may be from the physical one, since scrapes repeat readings."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The series that a record must show, no others; each number within ``tolerance`` of the one given (relative)."""

    samples: tuple[Sample, ...]
    tolerance: float = 0


@dataclass(frozen=True, slots=True)
class Vm:
    """What a launcher pod stands for."""

    namespace: str
    name: str
    node: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One GPU or MIG instance as Prometheus has it: under which namespace and pod, from which scrape instance."""

    namespace: str
    pod: str
    source: str
    exporter: Exporter
    gpu: Gpu
    instance: Instance | None

    @property
    def instance_id(self) -> str:
        """The MIG instance, empty for a whole GPU."""
        return self.instance.id if self.instance else ""

    def reading(self, name: str) -> Reading | None:
        """The reading that the exporter sends of a field."""
        if name not in self.exporter.fields:
            return None
        own = self.instance.readings.get(name) if self.instance else None
        return own or self.gpu.readings.get(name)


def expect(world: World, spec: RecordSpec, moment: float, guests_honor: bool) -> Expectation | None:
    """What ``spec.record`` must show at ``moment``; None where that is not settled, within a transition.

    Raises KeyError for a role that the evaluator does not know and ValueError where the record contradicts the table
    of quantities (a gauge that is rated, a counter that is not, GPUs combined in another way).
    """
    stated = world.stated.get((spec.role, int(moment)))
    if stated is not None:
        return Expectation((sample(spec, {}, stated),))
    if not settled(world, unsettled_by(spec), moment):
        return None
    from gpurules.scenario import fleet_levels

    if spec.role in fleet_levels.INTEGRALS:
        return fleet_levels.integral(world, spec, moment, guests_honor)
    view = View(world, moment, guests_honor)
    samples = tuple({**ROLES, **fleet_levels.ROLES}[spec.role](view, spec))
    if fleet_levels.inexact(spec):
        return Expectation(samples, fleet_levels.INEXACT)
    return Expectation(samples, RATE_TOLERANCE if spec.kind is Kind.RATE else 0)


def unsettled_by(spec: RecordSpec) -> str:
    """The kind of record, in the words of :class:`~gpurules.scenario.model.Transition`."""
    if spec.role == "identity":
        return "senders"
    if spec.level == "health" or spec.role == "device":
        return "health"
    return "rates" if spec.kind is Kind.RATE else "values"


def settled(world: World, kind: str, moment: float) -> bool:
    """Whether nothing that happened still disturbs records of ``kind``."""
    return not any(change.at <= moment < change.until(kind) for change in world.transitions)


class View:
    """The cluster at one moment as Prometheus has it."""

    def __init__(self, world: World, moment: float, guests_honor: bool) -> None:
        self.world = world
        self.moment = moment
        self.seen = tuple(seen_gpus(world, moment, guests_honor))
        self.launchers = dict(launchers(world, moment))

    def booked(self) -> Iterator[tuple[Vm, Seen]]:
        """Every GPU under the VM that it is booked on, as often as it is sent."""
        for gpu in self.seen:
            vm = self.launchers.get((gpu.namespace, gpu.pod))
            if vm is not None:
                yield vm, gpu

    def devices(self) -> dict[tuple[Vm, str, str], list[Seen]]:
        """The GPUs of each VM, each once, with all that send it."""
        found: dict[tuple[Vm, str, str], list[Seen]] = {}
        for vm, gpu in self.booked():
            found.setdefault((vm, gpu.gpu.uuid, gpu.instance_id), []).append(gpu)
        return found

    def values(self, name: str, rated: bool) -> Iterator[tuple[Vm, Seen, Reading, Fraction]]:
        """Each GPU's number of a field in the base unit."""
        quantity = BY_NAME[name]
        for (vm, _, _), senders in self.devices().items():
            for gpu in senders:
                reading = gpu.reading(name)
                if reading is None:
                    continue
                raw = reading.per_second if rated else reading.at(self.read())
                if not (quantity.zero_is_absent and raw == 0):
                    yield vm, gpu, reading, Fraction(raw) * quantity.factor
                break

    def read(self) -> float:
        """When the exporters last read DCGM."""
        collection = self.world.cluster.collection
        return self.moment // collection * collection


def seen_gpus(world: World, moment: float, guests_honor: bool) -> Iterator[Seen]:
    """All GPUs of which series are stored, with the namespace and pod that are stored with them."""
    for machine in world.cluster.machines:
        stay, exporter = machine.stay(moment), machine.exporter_at(moment)
        if stay is None or exporter is None or not within(exporter.answers, moment):
            continue
        written = dict(exporter.exposed) if guests_honor else {}
        namespace, pod = written.get("namespace", machine.namespace), written.get("pod", stay.pod)
        for target in guest_targets(machine, stay):
            for gpu in machine.gpus:
                yield from parts(namespace, pod, target.instance, exporter, gpu)
    for host in world.cluster.host_exporters:
        if not within(host.exporter.answers, moment):
            continue
        target = host_target(host)
        for workload in host.workloads:
            label = mapping(workload) if guests_honor else dict(target.labels)
            yield from parts(label["namespace"], label["pod"], target.instance, host.exporter, workload.gpu)


def parts(namespace: str, pod: str, source: str, exporter: Exporter, gpu: Gpu) -> Iterator[Seen]:
    """A GPU, or its MIG instances."""
    for instance in gpu.instances or (None,):
        yield Seen(namespace, pod, source, exporter, gpu, instance)


def launchers(world: World, moment: float) -> Iterator[tuple[tuple[str, str], Vm]]:
    """Launcher pods that KubeVirt names for a running VM."""
    for machine in world.cluster.machines:
        stay = machine.stay(moment)
        if stay is not None and stay.listed and stay.pod_known:
            yield (machine.namespace, stay.pod), Vm(machine.namespace, machine.name, stay.node)


def sample(spec: RecordSpec, labels: Mapping[str, str], value: float | Fraction) -> Sample:
    """One series of the record: of ``labels`` those that the record carries."""
    kept = {name: text for name, text in labels.items() if name in spec.labels}
    return Sample(labels_of({"__name__": spec.record, **kept, **dict(spec.rule_labels)}), float(value))


def vm_labels(vm: Vm) -> dict[str, str]:
    """The labels of level vmi."""
    return {"namespace": vm.namespace, "name": vm.name, "node": vm.node}


def device_labels(gpu: Seen) -> dict[str, str]:
    """The labels that tell the GPUs of a VM apart."""
    return {"UUID": gpu.gpu.uuid, "GPU_I_ID": gpu.instance_id, "gpu": gpu.gpu.index}


def description(gpu: Seen) -> dict[str, str]:
    """The labels of the info record beyond those."""
    version = gpu.exporter.driver_version if gpu.exporter.driver_label else ""
    return {"modelName": gpu.gpu.model, "pci_bus_id": gpu.gpu.pci_bus_id, "driver_version": version}


def field_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``field``: one series for each GPU, or the GPUs of a VM combined."""
    (name,) = spec.fields
    quantity = BY_NAME[name]
    rated = spec.kind is Kind.RATE
    if rated != quantity.cumulative:
        raise ValueError(f"{spec.record}: {name} is {'not ' if rated else ''}a cumulative counter")
    if spec.level == "vmi_gpu":
        for vm, gpu, reading, value in view.values(name, rated):
            yield sample(spec, {**vm_labels(vm), **device_labels(gpu), **extra_labels(name, gpu, reading)}, value)
        return
    if quantity.combine not in spec.operation:
        raise ValueError(f"{spec.record}: the GPUs of a VM combine by {quantity.combine}, not by {spec.operation}")
    numbers: dict[Labels, list[tuple[str, Fraction]]] = {}
    for vm, gpu, reading, value in view.values(name, rated):
        labels = sample(spec, {**vm_labels(vm), **extra_labels(name, gpu, reading)}, 0).labels
        numbers.setdefault(labels, []).append((gpu.gpu.uuid, value))
    for labels, found in numbers.items():
        yield Sample(labels, float(combined(quantity, found)))


def extra_labels(name: str, gpu: Seen, reading: Reading) -> dict[str, str]:
    """The dimensions that the exporter adds to a field."""
    return error_labels(reading) if name == XID and gpu.exporter.error_labels else {}


def combined(quantity: Quantity, numbers: Sequence[tuple[str, Fraction]]) -> Fraction:
    """The GPUs of one VM in one number; what is the whole GPU's counts once however many instances repeat it."""
    values = [value for _, value in numbers] if quantity.per_instance else list(dict(numbers).values())
    return COMBINATIONS[quantity.combine](values)


def average(values: Sequence[Fraction]) -> Fraction:
    """The mean."""
    return sum(values, Fraction(0)) / len(values)


def total(values: Sequence[Fraction]) -> Fraction:
    """The sum."""
    return sum(values, Fraction(0))


COMBINATIONS: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "sum": total,
    "avg": average,
    "max": max,
    "min": min,
}


def info_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``info``: 1 for each GPU of a VM, with what describes it."""
    for (vm, _, _), senders in view.devices().items():
        yield sample(spec, {**vm_labels(vm), **device_labels(senders[0]), **description(senders[0])}, 1)


def device_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``device``: 1 for each GPU that is seen, by pod and scrape instance, with what describes it."""
    found: dict[Labels, Sample] = {}
    for gpu in view.seen:
        row = {gpu.exporter.driver_label: gpu.exporter.driver_version}
        where = {"namespace": gpu.namespace, "pod": gpu.pod, "instance": gpu.source}
        one = sample(spec, {**where, **device_labels(gpu), **description(gpu), **row}, 1)
        found[one.labels] = one
    yield from found.values()


def identity_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``identity``: 1 for each launcher pod of a running VM that sent something."""
    sending = {(gpu.namespace, gpu.pod) for gpu in view.seen}
    for (namespace, pod), vm in view.launchers.items():
        if (namespace, pod) in sending:
            yield sample(spec, {**vm_labels(vm), "pod": pod}, 1)


def memory(view: View, level: str, names: Iterable[str]) -> dict[tuple[Vm, str, str, str], dict[str, Fraction]]:
    """Bytes by field, for each GPU or VM of the level."""
    found: dict[tuple[Vm, str, str, str], dict[str, Fraction]] = {}
    for name in names:
        for vm, gpu, _, value in view.values(name, rated=False):
            key = (vm, gpu.gpu.uuid, gpu.instance_id, gpu.gpu.index) if level == "vmi_gpu" else (vm, "", "", "")
            row = found.setdefault(key, {})
            row[name] = row.get(name, Fraction(0)) + value
    return found


def memory_labels(key: tuple[Vm, str, str, str]) -> dict[str, str]:
    """The labels of a key of :func:`memory`."""
    vm, uuid, instance_id, index = key
    return {**vm_labels(vm), "UUID": uuid, "GPU_I_ID": instance_id, "gpu": index}


def memory_total_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``memory_total``: used, free and, where it is sent, reserved bytes."""
    for key, row in memory(view, spec.level, (USED, FREE, RESERVED)).items():
        if USED in row and FREE in row:
            yield sample(spec, memory_labels(key), sum(row.values(), Fraction(0)))


def memory_ratio_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``memory_used_ratio``: the sum of used over the sum of used and free, as DCGM's own field 254."""
    for key, row in memory(view, spec.level, (USED, FREE)).items():
        if USED in row and FREE in row:
            yield sample(spec, memory_labels(key), row[USED] / (row[USED] + row[FREE]))


def gpu_count_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``gpu_count``: the GPUs of each VM; the instances of a MIG GPU count as the one GPU."""
    found: dict[Vm, set[str]] = {}
    for vm, uuid, _ in view.devices():
        found.setdefault(vm, set()).add(uuid)
    for vm, uuids in found.items():
        yield sample(spec, vm_labels(vm), len(uuids))


def unmatched_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``unmatched``: launcher pods that send GPU series and stand for no running VM."""
    senders = {(gpu.namespace, gpu.pod) for gpu in view.seen if gpu.pod.startswith(LAUNCHER_PREFIX)}
    yield sample(spec, {}, len(senders - view.launchers.keys()))


def ambiguous_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``ambiguous``: in a settled cluster no VM has two launchers; what a story leaves behind is stated there."""
    yield sample(spec, {}, 0)


def shared_uuid_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``shared_uuid``: UUIDs that more than one VM sends."""
    owners: dict[str, set[tuple[str, str]]] = {}
    for vm, gpu in view.booked():
        owners.setdefault(gpu.gpu.uuid, set()).add((vm.namespace, vm.name))
    yield sample(spec, {}, sum(len(vms) > 1 for vms in owners.values()))


def container_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``container_gpus``: GPUs and MIG instances that belong to no launcher pod."""
    devices = {(gpu.gpu.uuid, gpu.instance_id) for gpu in view.seen if not gpu.pod.startswith(LAUNCHER_PREFIX)}
    yield sample(spec, {}, len(devices))


def contested_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``contested``: launcher pods whose GPU series come from more than one scrape instance."""
    sources: dict[tuple[str, str], set[str]] = {}
    for gpu in view.seen:
        if gpu.pod.startswith(LAUNCHER_PREFIX):
            sources.setdefault((gpu.namespace, gpu.pod), set()).add(gpu.source)
    yield sample(spec, {}, sum(len(found) > 1 for found in sources.values()))


def nothing_absent(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``input_absent``: every input of the rules is there."""
    yield sample(spec, {}, 0)


Evaluator = Callable[[View, RecordSpec], Iterator[Sample]]

ROLES: Mapping[str, Evaluator] = {
    "device": device_samples,
    "identity": identity_samples,
    "field": field_samples,
    "info": info_samples,
    "memory_total": memory_total_samples,
    "memory_used_ratio": memory_ratio_samples,
    "gpu_count": gpu_count_samples,
    "unmatched": unmatched_samples,
    "ambiguous": ambiguous_samples,
    "shared_uuid": shared_uuid_samples,
    "container_gpus": container_samples,
    "contested": contested_samples,
    "input_absent": nothing_absent,
}
