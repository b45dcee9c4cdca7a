"""Levels above the VM: the GPUs of a namespace, a node or the cluster, each once without and once with the model.

They are computed from the records of single GPUs, through the placement, so that a GPU counts once while its VM
migrates. What a number means is the catalog's: power adds up, utilisation is averaged over GPUs, memory over bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from gpurules.catalog.field import FieldKind, Grain
from gpurules.promql.syntax.build import aggregate, binary, number, selector
from gpurules.promql.syntax.tree import Expression
from gpurules.promql.types import ONE, Kind, Unit
from gpurules.rules.fields import field_spec
from gpurules.rules.group import RecordingRule
from gpurules.rules.identity import MODEL
from gpurules.rules.label_names import NAMESPACE, NODE
from gpurules.rules.memory import FREE, TOTAL, USED, USED_RATIO, memory_rules
from gpurules.rules.names import record_name, window_word
from gpurules.rules.placement import modelled, placed, placed_gpus, whole_gpu
from gpurules.rules.request import MeasuredField, Request
from gpurules.rules.spec import RecordSpec

POWER = "DCGM_FI_DEV_BOARD_POWER_WATTS"
ENERGY = "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"
FIELDS = ("DCGM_FI_DEV_GPU_UTIL_RATIO", "DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO", POWER, ENERGY, USED)
"""Fields that are recorded above the VM, where they are selected."""

DEVICES = "devices"
_BYTE = Unit((("byte", 1),))


@dataclass(frozen=True, slots=True)
class FleetLevel:
    """``name``: as records spell it. ``of``: the labels that tell members apart. ``where``: the GPUs are, in a help
    text. ``by_model``: told apart by the GPU's model too."""

    name: str
    of: tuple[str, ...]
    where: str
    by_model: bool = False

    def labels(self, request: Request) -> tuple[str, ...]:
        """The labels of a record of the level."""
        return (*request.cluster, *self.of, *((MODEL,) if self.by_model else ()))

    @property
    def each(self) -> str:
        """How a help text goes on."""
        return ", for each model" if self.by_model else ""


_PLAIN = (
    FleetLevel("namespace", (NAMESPACE,), "in a namespace"),
    FleetLevel("node", (NODE,), "on a node"),
    FleetLevel("cluster", (), "in the cluster"),
)
LEVELS: dict[str, tuple[FleetLevel, ...]] = {
    level.name: (level, FleetLevel(f"{level.name}_model", level.of, level.where, by_model=True)) for level in _PLAIN
}
"""What is recorded for each level that a user can ask for."""


def fleet_rules(level: FleetLevel, request: Request) -> tuple[RecordingRule, ...]:
    """All records of ``level`` that the selected fields allow."""
    measured = {entry.field.name: entry for entry in request.fields}
    fields = (_field(measured[name], level, request) for name in FIELDS if name in measured)
    rules = (_count(level, request), *fields)
    if memory_rules(request, "vmi_gpu"):
        rules = (*rules, _memory_total(level, request), _memory_ratio(measured, level, request))
    return rules


def count_record(level: FleetLevel) -> str:
    """The name of the record that counts GPUs."""
    return record_name(level.name, DEVICES, "count")


def field_record(measured: MeasuredField, level: FleetLevel, request: Request) -> str:
    """The name of the record of a field."""
    rate = f"rate{window_word(request.rate_window)}_" if measured.field.kind is FieldKind.COUNTER else ""
    return record_name(level.name, measured.stem, f"{rate}{measured.field.combine}")


def _count(level: FleetLevel, request: Request) -> RecordingRule:
    labels = level.labels(request)
    spec = RecordSpec(
        record=count_record(level),
        level=level.name,
        role="fleet_count",
        fields=(),
        labels=labels,
        unit=ONE,
        kind=Kind.GAUGE,
        help=f"Number of GPUs {level.where} that virtual machines have and that send anything{level.each}.",
        operation="count",
    )
    return RecordingRule(spec, aggregate("count", labels, placed_gpus(request, labels)))


def _field(measured: MeasuredField, level: FleetLevel, request: Request) -> RecordingRule:
    field = measured.field
    combine = field.combine or "sum"
    labels = level.labels(request)
    source = field_spec(measured, request)
    series = _current(level, request, selector(source.record))
    if field.grain is Grain.GPU:
        # Each MIG instance repeats the value of its GPU.
        series = aggregate("max", tuple(dict.fromkeys((*whole_gpu(request), *labels))), series)
    spec = RecordSpec(
        record=field_record(measured, level, request),
        level=level.name,
        role="fleet_field",
        fields=source.fields,
        labels=labels,
        unit=source.unit,
        kind=source.kind,
        help=f"{_WORDS[combine]} over the GPUs {level.where}{level.each}: {field.help}",
        operation=combine,
    )
    return RecordingRule(spec, aggregate(combine, labels, series))


def _memory_total(level: FleetLevel, request: Request) -> RecordingRule:
    labels = level.labels(request)
    (total, _) = memory_rules(request, "vmi_gpu")
    spec = RecordSpec(
        record=record_name(level.name, TOTAL, "sum"),
        level=level.name,
        role="fleet_memory_total",
        fields=total.spec.fields,
        labels=labels,
        unit=_BYTE,
        kind=Kind.GAUGE,
        help=f"Framebuffer memory of all GPUs {level.where}{level.each}.",
        operation="sum",
    )
    series = _current(level, request, selector(total.spec.record))
    return RecordingRule(spec, aggregate("sum", labels, series))


def _memory_ratio(measured: dict[str, MeasuredField], level: FleetLevel, request: Request) -> RecordingRule:
    labels = level.labels(request)
    spec = RecordSpec(
        record=record_name(level.name, USED_RATIO, "sum"),
        level=level.name,
        role="fleet_memory_used_ratio",
        fields=(USED, FREE),
        labels=labels,
        unit=ONE,
        kind=Kind.RATIO,
        help=f"Share of the framebuffer memory of all GPUs {level.where} that is used, reserved memory left out"
        f"{level.each}.",
        operation="sum",
    )
    used = selector(field_spec(measured[USED], request).record)
    free = selector(field_spec(measured[FREE], request).record)
    paired = binary("and", used, free, on=request.vm_device)
    usable = binary("+", used, free, on=request.vm_device)
    above = aggregate("sum", labels, _current(level, request, paired))
    below = binary(">", aggregate("sum", labels, _current(level, request, usable)), number(0))
    return RecordingRule(spec, binary("/", above, below, on=labels))


def _current(level: FleetLevel, request: Request, series: Expression) -> Expression:
    return modelled(request, series) if level.by_model else placed(request, series)


_WORDS = {"sum": "Sum", "avg": "Average", "max": "Highest", "min": "Lowest"}
