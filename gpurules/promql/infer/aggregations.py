"""Aggregations: what is left of labels, keys, units and kinds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from gpurules.promql.infer.findings import KindMisuse, Notes, Unproved
from gpurules.promql.infer.functions import LABEL_NAME, NOT_A_LABEL
from gpurules.promql.infer.keys import ALWAYS, INSTANT, minimal_keys, restrict, tidy_dependencies
from gpurules.promql.infer.labelset import NAME, LabelSet, all_but, is_fixed, one_name, only
from gpurules.promql.infer.steps import unproved, with_measure
from gpurules.promql.infer.units import PLAIN, Measure, ValueEffect, after
from gpurules.promql.syntax.tree import Aggregation
from gpurules.promql.types import (
    Change,
    Dependency,
    ExpressionType,
    Key,
    Kind,
    ScalarType,
    SeriesType,
    StringType,
)
from gpurules.text.span import NOWHERE


class _Takes(Enum):
    NOTHING = "no parameter"
    NUMBER = "a number"
    TEXT = "a string"


COMBINING: Mapping[str, tuple[ValueEffect, bool]] = {
    "sum": (ValueEffect.SAME, True),
    "avg": (ValueEffect.SAME, True),
    "min": (ValueEffect.SAME, False),
    "max": (ValueEffect.SAME, False),
    "quantile": (ValueEffect.SHAPED, False),
    "stddev": (ValueEffect.SHAPED, True),
    "stdvar": (ValueEffect.SQUARED, True),
    "count": (ValueEffect.COUNT, False),
    "group": (ValueEffect.PRESENT, False),
    "count_values": (ValueEffect.COUNT, False),
}
"""Aggregations that make one series of each group: the effect on the numbers, and whether they add them up."""

SELECTING = frozenset(("topk", "bottomk", "limitk", "limit_ratio"))
"""Aggregations that pick series of each group and leave them as they are."""

WITH_NUMBER = SELECTING | {"quantile"}


def aggregation_type(
    node: Aggregation, series: ExpressionType, parameter: ExpressionType | None, notes: Notes
) -> ExpressionType:
    """The type of an aggregation."""
    op, span = node.op.text, node.op.span
    if op not in COMBINING and op not in SELECTING:
        return unproved(op, span, "this aggregation is not modelled", notes)
    if not isinstance(series, SeriesType):
        return unproved(op, span, "it takes an instant vector", notes)
    takes = _Takes.NUMBER if op in WITH_NUMBER else _Takes.TEXT if op == "count_values" else _Takes.NOTHING
    fits = {
        _Takes.NOTHING: parameter is None,
        _Takes.NUMBER: isinstance(parameter, ScalarType),
        _Takes.TEXT: isinstance(parameter, StringType),
    }
    if not fits[takes]:
        return unproved(op, span, f"it takes {takes.value} before the vector", notes)
    grouping = node.grouping
    named = frozenset(label.text for label in grouping.labels) if grouping else frozenset()
    group = all_but(named | {NAME}) if grouping and grouping.without else only(named)
    if op in SELECTING:
        return _selected(node, series, group, parameter, notes)
    effect, adds_up = COMBINING[op]
    if adds_up and series.kind is Kind.CODE:
        notes.findings.append(KindMisuse(op, series.kind, span))
    measure = after(effect, Measure(series.unit, series.kind))
    if op == "sum" and series.kind in (Kind.INFO, Kind.FLAG):
        measure = PLAIN
    elif op == "avg" and series.kind in (Kind.INFO, Kind.FLAG):
        measure = Measure(PLAIN.unit, Kind.RATIO)
    if isinstance(parameter, StringType):
        return _counted_values(node, series, group, parameter.value, notes)
    where = grouping.span if grouping and grouping.span != NOWHERE else span
    result = restrict(series, group)
    lost = dict.fromkeys(series.possible - result.possible, Change("dropped", where))
    if grouping and grouping.without:
        lost |= {label.text: Change("dropped", label.span) for label in grouping.labels if label.text in lost}
    return with_measure(result._replace(changes={**series.changes, **lost}), measure)


def _selected(
    node: Aggregation, series: SeriesType, group: LabelSet, parameter: ExpressionType | None, notes: Notes
) -> ExpressionType:
    """``topk`` and its like; one of each group is a key, at one instant."""
    op, span = node.op.text, node.op.span
    number = parameter.value if isinstance(parameter, ScalarType) else None
    if number is None or number != number:
        why = "its parameter is NaN, which Prometheus refuses"
        if number is None:
            why = "Prometheus fails where its parameter is not a number, and it is no constant"
        notes.unproved.append(Unproved(op, span, why))
        return series
    if op == "limit_ratio" or number >= 2:
        return series
    if not group.complement:
        labels = group.labels
    elif not series.open:
        labels = group.within(series.possible)
    else:
        return series
    labels = frozenset(label for label in labels if not is_fixed(series, label))
    return series._replace(keys=minimal_keys((*series.keys, Key(labels, INSTANT))))


def _counted_values(node: Aggregation, series: SeriesType, group: LabelSet, label: str, notes: Notes) -> ExpressionType:
    """The value becomes a label: what was a key for all time fixes all labels but that one."""
    if not LABEL_NAME.fullmatch(label) or label == NAME:
        why = NOT_A_LABEL.format(label) if label != NAME else "it writes the number into the metric name"
        return unproved(node.op.text, node.op.span, why, notes)
    rest = restrict(series, group.without((label,)))
    if group.complement and label not in group:
        return with_measure(rest, PLAIN)
    keys = [Key(key.labels | {label}, key.validity) for key in rest.keys]
    dependencies = [
        *rest.dependencies,
        *(Dependency(key.labels, rest.possible - key.labels, key.validity) for key in rest.keys),
    ]
    # A group that holds one series has one value.
    keys.extend(
        Key(key.labels, INSTANT) for key in series.keys if all(name in group and name != label for name in key.labels)
    )
    result = rest._replace(
        certain=rest.certain | {label},
        possible=rest.possible | {label},
        absent=rest.absent - {label},
        keys=minimal_keys(keys),
        dependencies=tidy_dependencies(dependencies),
        distinct=ALWAYS if one_name(rest) else rest.distinct,
        domains={name: domain for name, domain in rest.domains.items() if name != label},
        constants={name: value for name, value in rest.constants.items() if name != label},
        changes={**rest.changes, label: Change("set", node.op.span)},
    )
    return with_measure(result, PLAIN)
