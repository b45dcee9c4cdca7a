"""Calls: functions that the table of behaviours describes, and the few that need more than a row."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from gpurules.promql.infer.behaviours import BEHAVIOURS, SPECIAL, Behaviour, wrong_argument
from gpurules.promql.infer.findings import KindMisuse, Notes, Unproved
from gpurules.promql.infer.histograms import of_buckets, quantiles
from gpurules.promql.infer.keys import ALWAYS, key_validity
from gpurules.promql.infer.labelset import NAME, all_but, one_name
from gpurules.promql.infer.relabel import joined, replaced
from gpurules.promql.infer.steps import SINGLE, drop_name, unproved, with_measure
from gpurules.promql.infer.units import ABSENT, Measure, after
from gpurules.promql.syntax.regexes import check_regex
from gpurules.promql.syntax.tree import Call, Expression, MatrixSelector, Paren, VectorSelector
from gpurules.promql.types import SECOND, ExpressionType, Kind, RangeType, ScalarType, SeriesType, StringType

LABEL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SMOOTHING = frozenset(("double_exponential_smoothing", "holt_winters"))
NOT_A_LABEL = "{!r} is no label name before Prometheus 3"


def call_type(node: Call, arguments: Sequence[ExpressionType], notes: Notes) -> ExpressionType:
    """The type of a function call."""
    name = node.function.text
    behaviour = BEHAVIOURS.get(name)
    takes = behaviour.takes if behaviour else SPECIAL.get(name)
    if takes is None:
        return unproved(node.function.text, node.function.span, "this function is not modelled", notes)
    wrong = wrong_argument(takes, arguments)
    if wrong:
        return unproved(node.function.text, node.function.span, wrong, notes)
    if behaviour is not None:
        return _table_function(node, behaviour, arguments, notes)
    return _special_function(node, arguments, notes)


def _table_function(
    node: Call, behaviour: Behaviour, arguments: Sequence[ExpressionType], notes: Notes
) -> ExpressionType:
    series = SINGLE
    operand: Expression = node
    for argument, expression in zip(arguments, node.arguments, strict=True):
        if isinstance(argument, SeriesType):
            series, operand = argument, expression
        elif isinstance(argument, RangeType):
            series, operand = argument.series, expression
    if node.function.text in SMOOTHING:
        _check_factors(node, arguments, notes)
    kind = series.kind
    if (behaviour.needs_counter and kind not in (Kind.COUNTER, Kind.UNKNOWN)) or (
        behaviour.adds_up and kind is Kind.CODE
    ):
        notes.findings.append(KindMisuse(node.function.text, kind, node.function.span))
    if not behaviour.keeps_name:
        series = drop_name(series, node.function.text, node.function.span, operand, notes)
    return with_measure(series, after(behaviour.value, Measure(series.unit, series.kind)))


def _check_factors(node: Call, arguments: Sequence[ExpressionType], notes: Notes) -> None:
    """Prometheus refuses smoothing factors outside 0 to 1."""
    for argument in arguments[1:]:
        value = argument.value if isinstance(argument, ScalarType) else None
        if value is None or not 0 < value < 1:
            why = "Prometheus fails where a factor does not lie between 0 and 1"
            notes.unproved.append(Unproved(node.function.text, node.function.span, why))
            return


def _special_function(node: Call, arguments: Sequence[ExpressionType], notes: Notes) -> ExpressionType:
    name = node.function.text
    match name, arguments:
        case "label_replace" | "label_join", (SeriesType() as series, *texts):
            return _relabelled(node, series, [text.value for text in texts if isinstance(text, StringType)], notes)
        case "absent" | "absent_over_time", _:
            return _absent(node.arguments[0])
        case "histogram_quantile" | "histogram_fraction", (*_, SeriesType() as series):
            return of_buckets(node, series, node.arguments[-1], notes)
        case "histogram_quantiles", (SeriesType() as series, StringType(label), *_):
            if not LABEL_NAME.fullmatch(label):
                return unproved(name, node.function.span, NOT_A_LABEL.format(label), notes)
            return quantiles(node, series, label, notes)
        case "info", (SeriesType() as series, *_):
            return _enriched(node, series, notes)
        case "scalar", (SeriesType() as series,):
            return ScalarType(None, series.unit)
        case "vector", (ScalarType() as scalar,):
            return SINGLE._replace(unit=scalar.unit, kind=Kind.TIMESTAMP if scalar.unit == SECOND else Kind.UNKNOWN)
        case "time" | "start" | "end" | "step" | "range", ():
            return ScalarType(None, SECOND)
        case "pi", ():
            return ScalarType(math.pi)
        case "max_of" | "min_of", (ScalarType() as one, ScalarType() as other):
            return _extreme(name, one, other)
        case _:
            return unproved(name, node.function.span, "its arguments are not understood", notes)


def _relabelled(node: Call, series: SeriesType, texts: Sequence[str], notes: Notes) -> SeriesType:
    """``label_replace`` and ``label_join``, unless Prometheus refuses their texts."""
    name, span = node.function.text, node.function.span
    if name == "label_join":
        target, separator, *sources = texts
        wrong = next((label for label in (target, *sources) if not LABEL_NAME.fullmatch(label)), None)
        if wrong is not None:
            return unproved(name, span, NOT_A_LABEL.format(wrong), notes)
        return joined(series, node, target, separator, tuple(sources), notes)
    target, replacement, source, pattern = texts
    if not LABEL_NAME.fullmatch(target):
        return unproved(name, span, NOT_A_LABEL.format(target), notes)
    fault = check_regex(pattern)
    if fault:
        return unproved(name, span, f"Prometheus refuses its regular expression: {fault}", notes)
    return replaced(series, node, target, replacement, source, pattern, notes)


def _extreme(name: str, one: ScalarType, other: ScalarType) -> ScalarType:
    unit = one.unit if one.unit == other.unit or other.unit is None else other.unit if one.unit is None else None
    if one.value is None or other.value is None or math.isnan(one.value + other.value):
        return ScalarType(None, unit)
    return ScalarType(max(one.value, other.value) if name == "max_of" else min(one.value, other.value), unit)


def _enriched(node: Call, series: SeriesType, notes: Notes) -> SeriesType:
    """``info``: each series with labels of ``target_info`` that it lacks itself; series without a match may go.

    A label that a series lacks may be filled, so what is known of labels that are certainly there survives.
    """
    why = "it fails where target_info has two series for one instance and job, which no type says"
    notes.unproved.append(Unproved(node.function.text, node.function.span, why))
    keys = tuple(key for key in series.keys if key.labels - {NAME} <= series.certain)
    kept = series._replace(
        open=True,
        absent=frozenset(),
        keys=keys,
        dependencies=tuple(item for item in series.dependencies if item.determinant | item.dependent <= series.certain),
        distinct=None,
        domains={label: domain for label, domain in series.domains.items() if label in series.certain},
    )
    if one_name(kept):
        return kept._replace(distinct=ALWAYS)
    return kept._replace(distinct=key_validity(kept, all_but((NAME,))))


def _absent(argument: Expression) -> SeriesType:
    """At most one series; its labels are those that equality matchers of a plain selector fix."""
    while isinstance(argument, Paren):
        argument = argument.expression
    if isinstance(argument, MatrixSelector):
        argument = argument.selector
    constants: dict[str, str] = {}
    if isinstance(argument, VectorSelector):
        seen: set[str] = set()
        for matcher in argument.matchers:
            label = matcher.label.text
            if label == NAME:
                continue
            if matcher.op == "=" and label not in seen:
                seen.add(label)
                constants[label] = matcher.value
            else:
                constants.pop(label, None)
    constants = {label: value for label, value in constants.items() if value}
    labels = frozenset(constants)
    return with_measure(SINGLE._replace(certain=labels, possible=labels, constants=constants), ABSENT)
