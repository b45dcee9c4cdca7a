"""Level ``vmi``: the GPUs of one VM combined as the catalog says."""

from __future__ import annotations

from gpurules.catalog.field import FieldKind, Grain
from gpurules.promql.syntax.build import aggregate
from gpurules.rules.fields import field_series, field_spec
from gpurules.rules.group import RecordingRule
from gpurules.rules.label_names import INSTANCE
from gpurules.rules.names import record_name, window_word
from gpurules.rules.request import MeasuredField, Request, entity_labels
from gpurules.rules.spec import RecordSpec

LEVEL = "vmi"

_EXTREMES = ("max", "min")


def combined_rule(measured: MeasuredField, request: Request) -> RecordingRule | None:
    """The record of a VM, computed from the record of its GPUs; None where no combination means anything."""
    if measured.combine is None:
        return None
    field = measured.field
    source = field_spec(measured, request)
    labels = (*request.vm, *field.dimensions)
    series = field_series(measured, request)
    if field.grain is Grain.GPU and measured.combine not in _EXTREMES:
        # Each MIG instance repeats the value of its GPU.
        apart = (label for label in entity_labels(field.entity) if label != INSTANCE)
        series = aggregate("max", (*labels, *apart), series)
    operation = measured.combine
    if field.kind is FieldKind.COUNTER:
        operation = f"rate{window_word(request.rate_window)}_{operation}"
    spec = RecordSpec(
        record=record_name(LEVEL, measured.stem, operation),
        level=LEVEL,
        role="field",
        fields=source.fields,
        labels=labels,
        unit=source.unit,
        kind=source.kind,
        help=f"{_WORDS[measured.combine]} over the GPUs of a virtual machine: {field.help}",
        operation=measured.combine,
    )
    return RecordingRule(spec, aggregate(measured.combine, labels, series))


_WORDS = {"sum": "Sum", "avg": "Average", "max": "Highest", "min": "Lowest"}
