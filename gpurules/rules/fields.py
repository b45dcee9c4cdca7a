"""Level ``vmi_gpu``: one record for each field, one series for each VM and GPU."""

from __future__ import annotations

from fractions import Fraction

from gpurules.catalog.field import Field, FieldKind
from gpurules.promql.syntax.build import binary, call, number, selector, window
from gpurules.promql.syntax.tree import Expression, Matcher
from gpurules.promql.types import SECOND, Kind, Unit
from gpurules.rules.group import RecordingRule
from gpurules.rules.identity import attributed
from gpurules.rules.names import record_name, window_word
from gpurules.rules.paths.path import Source
from gpurules.rules.request import MeasuredField, Request, entity_labels
from gpurules.rules.selectors import series_of
from gpurules.rules.series import keyed, united
from gpurules.rules.spec import RecordSpec

LEVEL = "vmi_gpu"

_RECORDED_KIND = {
    FieldKind.COUNTER: Kind.RATE,
    FieldKind.GAUGE: Kind.GAUGE,
    FieldKind.RATIO: Kind.RATIO,
    FieldKind.FLAG: Kind.FLAG,
    FieldKind.CODE: Kind.CODE,
}


def field_spec(measured: MeasuredField, request: Request) -> RecordSpec:
    """What the record of ``measured`` promises; needs no expression."""
    field = measured.field
    operation = f"rate{window_word(request.rate_window)}" if field.kind is FieldKind.COUNTER else "max"
    return RecordSpec(
        record=record_name(LEVEL, measured.stem, operation),
        level=LEVEL,
        role="field",
        fields=(field.name,),
        labels=(*request.vm, *entity_labels(field.entity), *field.dimensions),
        unit=recorded_unit(field),
        kind=_RECORDED_KIND[field.kind],
        help=field.help,
        operation="rate" if field.kind is FieldKind.COUNTER else "value",
    )


def recorded_unit(field: Field) -> Unit | None:
    """The unit of the recorded number: the field's dimension in base units, per second for a counter."""
    if field.unit is None:
        return None
    base = Unit(field.unit.dimension)
    return base.per(SECOND) if field.kind is FieldKind.COUNTER else base


def field_rule(measured: MeasuredField, request: Request) -> RecordingRule:
    """Aggregate first, then join: a guest cannot smuggle labels into the join, and the join touches fewer labels."""
    field = measured.field
    labels = (*entity_labels(field.entity), *field.dimensions)

    def many(source: Source) -> Expression:
        return keyed(source, request, "max", labels, lambda only: _samples(measured, request, only), field.entity)

    scaled = in_base_unit(attributed(request, labels, many), field.unit)
    return RecordingRule(field_spec(measured, request), scaled)


def field_series(measured: MeasuredField, request: Request) -> Expression:
    """The record of ``measured`` for another rule to read or, where rules read no records, its expression."""
    if request.recorded:
        return selector(field_spec(measured, request).record)
    return field_rule(measured, request).expression


def _samples(measured: MeasuredField, request: Request, matchers: tuple[Matcher, ...]) -> Expression:
    """The field's samples: rated per name where it is a counter, since rating two names at once may clash."""
    if measured.field.kind is FieldKind.COUNTER:
        return united([call("rate", window(selector(name, *matchers), request.rate_window)) for name in measured.names])
    series = series_of(measured.names, matchers)
    return binary(">", series, number(0)) if measured.field.ignore_zero else series


def in_base_unit(expression: Expression, unit: Unit | None) -> Expression:
    """``expression`` multiplied or divided by the exact size of its unit, with one whole number either way."""
    scale = unit.scale if unit else Fraction(1)
    scaled = expression
    if scale.numerator != 1:
        scaled = binary("*", scaled, number(scale.numerator))
    if scale.denominator != 1:
        scaled = binary("/", scaled, number(scale.denominator))
    return scaled
