"""PromQL's functions: one table of what each takes and does, and the few that need more than a row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gpurules.promql.infer.findings import Failure, KindMisuse, Notes, Unproved
from gpurules.promql.infer.keys import ALWAYS, key_validity, restrict, unproved_labels
from gpurules.promql.infer.labelset import NAME, all_but
from gpurules.promql.infer.relabel import joined, replaced
from gpurules.promql.infer.selectors import ANYTHING
from gpurules.promql.infer.units import ABSENT, Measure, ValueEffect, after
from gpurules.promql.syntax.tree import Call, Expression, MatrixSelector, Paren, VectorSelector
from gpurules.promql.types import (
    SECOND,
    ExpressionType,
    Key,
    Kind,
    RangeType,
    ScalarType,
    SeriesType,
    StringType,
)
from gpurules.text.span import Span


@dataclass(frozen=True, slots=True)
class Behaviour:
    """``takes``: one letter for each argument, V vector, R range vector, S scalar, T string; ``?`` after an optional
    one, ``*`` after one that repeats. The labels are those of the vector, with or without the name."""

    takes: str
    value: ValueEffect
    keeps_name: bool = False
    needs_counter: bool = False
    adds_up: bool = False


_SHAPE = Behaviour("V", ValueEffect.SHAPED)
_NUMBER = Behaviour("V", ValueEffect.UNKNOWN)
_CALENDAR = Behaviour("V?", ValueEffect.PLAIN)
_SORT = Behaviour("V", ValueEffect.SAME, keeps_name=True)
_SORT_BY_LABEL = Behaviour("VT*", ValueEffect.SAME, keeps_name=True)
_RATE = Behaviour("R", ValueEffect.PER_SECOND, needs_counter=True)
_OVER_TIME = Behaviour("R", ValueEffect.SHAPED)
_LAST = Behaviour("R", ValueEffect.SAME, keeps_name=True)
_COUNT = Behaviour("R", ValueEffect.COUNT)
_TIME_OF = Behaviour("R", ValueEffect.TIME)

BEHAVIOURS: Mapping[str, Behaviour] = {
    "rate": _RATE,
    "irate": _RATE,
    "increase": Behaviour("R", ValueEffect.GROWTH, needs_counter=True),
    "delta": Behaviour("R", ValueEffect.GROWTH),
    "idelta": Behaviour("R", ValueEffect.GROWTH),
    "deriv": Behaviour("R", ValueEffect.PER_SECOND),
    "predict_linear": Behaviour("RS", ValueEffect.SHAPED),
    "changes": _COUNT,
    "resets": _COUNT,
    "avg_over_time": Behaviour("R", ValueEffect.SHAPED, adds_up=True),
    "sum_over_time": Behaviour("R", ValueEffect.SHAPED, adds_up=True),
    "min_over_time": _OVER_TIME,
    "max_over_time": _OVER_TIME,
    "mad_over_time": _OVER_TIME,
    "stddev_over_time": Behaviour("R", ValueEffect.SHAPED, adds_up=True),
    "stdvar_over_time": Behaviour("R", ValueEffect.SQUARED, adds_up=True),
    "quantile_over_time": Behaviour("SR", ValueEffect.SHAPED),
    "count_over_time": _COUNT,
    "present_over_time": Behaviour("R", ValueEffect.PRESENT),
    "last_over_time": _LAST,
    "first_over_time": _LAST,
    "ts_of_min_over_time": _TIME_OF,
    "ts_of_max_over_time": _TIME_OF,
    "ts_of_last_over_time": _TIME_OF,
    "ts_of_first_over_time": _TIME_OF,
    "timestamp": Behaviour("V", ValueEffect.TIME),
    "abs": _SHAPE,
    "ceil": _SHAPE,
    "floor": _SHAPE,
    "round": Behaviour("VS?", ValueEffect.SHAPED),
    "clamp": Behaviour("VSS", ValueEffect.SHAPED),
    "clamp_min": Behaviour("VS", ValueEffect.SHAPED),
    "clamp_max": Behaviour("VS", ValueEffect.SHAPED),
    "sgn": Behaviour("V", ValueEffect.PLAIN),
    "sqrt": _NUMBER,
    "exp": _NUMBER,
    "ln": _NUMBER,
    "log2": _NUMBER,
    "log10": _NUMBER,
    "sin": _NUMBER,
    "cos": _NUMBER,
    "tan": _NUMBER,
    "asin": _NUMBER,
    "acos": _NUMBER,
    "atan": _NUMBER,
    "sinh": _NUMBER,
    "cosh": _NUMBER,
    "tanh": _NUMBER,
    "asinh": _NUMBER,
    "acosh": _NUMBER,
    "atanh": _NUMBER,
    "deg": _NUMBER,
    "rad": _NUMBER,
    "minute": _CALENDAR,
    "hour": _CALENDAR,
    "day_of_week": _CALENDAR,
    "day_of_month": _CALENDAR,
    "day_of_year": _CALENDAR,
    "days_in_month": _CALENDAR,
    "month": _CALENDAR,
    "year": _CALENDAR,
    "sort": _SORT,
    "sort_desc": _SORT,
    "sort_by_label": _SORT_BY_LABEL,
    "sort_by_label_desc": _SORT_BY_LABEL,
}

SPECIAL: Mapping[str, str] = {
    "label_replace": "VTTTT",
    "label_join": "VTTT*",
    "absent": "V",
    "absent_over_time": "R",
    "scalar": "V",
    "vector": "S",
    "time": "",
    "pi": "",
}

SINGLE = SeriesType(open=False, names=frozenset(), keys=(Key(frozenset(), ALWAYS),))
"""At most one series, without labels."""

_CLASSES: Mapping[str, type] = {"V": SeriesType, "R": RangeType, "S": ScalarType, "T": StringType}
_WORDS: Mapping[str, str] = {
    "V": "an instant vector",
    "R": "a range vector",
    "S": "a scalar",
    "T": "a string",
}
_LABEL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def call_type(node: Call, arguments: Sequence[ExpressionType], notes: Notes) -> ExpressionType:
    """The type of a function call."""
    name = node.function.text
    behaviour = BEHAVIOURS.get(name)
    takes = behaviour.takes if behaviour else SPECIAL.get(name)
    if takes is None:
        return unproved(node.function.text, node.function.span, "this function is not modelled", notes)
    wrong = _wrong_argument(takes, arguments)
    if wrong:
        return unproved(node.function.text, node.function.span, wrong, notes)
    if behaviour is not None:
        return _table_function(node, behaviour, arguments, notes)
    return _special_function(node, arguments, notes)


def unproved(construct: str, span: Span, why: str, notes: Notes) -> SeriesType:
    """Notes that nothing is known of a construct, and a type that claims nothing."""
    notes.unproved.append(Unproved(construct, span, why))
    return ANYTHING


def _wrong_argument(takes: str, arguments: Sequence[ExpressionType]) -> str:
    wanted: list[tuple[str, str]] = []
    for letter in takes:
        if letter in "?*":
            wanted[-1] = (wanted[-1][0], letter)
        else:
            wanted.append((letter, ""))
    required = sum(1 for _, often in wanted if not often)
    repeated = bool(wanted) and wanted[-1][1] == "*"
    if len(arguments) < required or (len(arguments) > len(wanted) and not repeated):
        return f"it takes {required}{' or more' if repeated else ''} arguments, not {len(arguments)}"
    for index, argument in enumerate(arguments):
        letter = wanted[min(index, len(wanted) - 1)][0]
        if not isinstance(argument, _CLASSES[letter]):
            return f"its argument {index + 1} is not {_WORDS[letter]}"
    return ""


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
    kind = series.kind
    if (behaviour.needs_counter and kind not in (Kind.COUNTER, Kind.UNKNOWN)) or (
        behaviour.adds_up and kind is Kind.CODE
    ):
        notes.findings.append(KindMisuse(node.function.text, kind, node.function.span))
    if not behaviour.keeps_name:
        series = drop_name(series, node.function.text, node.function.span, operand.span, notes)
    return with_measure(series, after(behaviour.value, Measure(series.unit, series.kind)))


def drop_name(series: SeriesType, construct: str, span: Span, reason: Span, notes: Notes) -> SeriesType:
    """``series`` without the metric name; E1 where two names may then have the same labels."""
    if series.names is not None and not any(series.names):
        return series
    kept = all_but((NAME,))
    if key_validity(series, kept) is None:
        notes.failures.append(
            Failure(
                "E1",
                f"{construct} drops the metric name, and series of different names may have the same labels: "
                "vector cannot contain metrics with the same labelset",
                span,
                reason,
                kept.labels,
                unproved_labels(series, kept),
                True,
            )
        )
    return restrict(series, kept)


def with_measure(series: SeriesType, measure: Measure) -> SeriesType:
    """``series`` with other numbers."""
    return replace(series, unit=measure.unit, kind=measure.kind)


def _special_function(node: Call, arguments: Sequence[ExpressionType], notes: Notes) -> ExpressionType:
    name = node.function.text
    match name, arguments:
        case "label_replace", (SeriesType() as series, *texts):
            target, replacement, source, pattern = (text.value for text in texts if isinstance(text, StringType))
            if not _LABEL_NAME.fullmatch(target):
                return unproved(name, node.function.span, f"{target!r} is not a label name", notes)
            if not _compiles(pattern):
                return unproved(name, node.function.span, "its regular expression cannot be read", notes)
            return replaced(series, node, target, replacement, source, pattern, notes)
        case "label_join", (SeriesType() as series, *texts):
            target, separator, *sources = (text.value for text in texts if isinstance(text, StringType))
            if not all(_LABEL_NAME.fullmatch(label) for label in (target, *sources)):
                return unproved(name, node.function.span, "a label name is not valid", notes)
            return joined(series, node, target, separator, tuple(sources), notes)
        case "absent" | "absent_over_time", _:
            return _absent(node.arguments[0])
        case "scalar", (SeriesType() as series,):
            return ScalarType(None, series.unit)
        case "vector", (ScalarType() as scalar,):
            return replace(SINGLE, unit=scalar.unit, kind=Kind.TIMESTAMP if scalar.unit == SECOND else Kind.UNKNOWN)
        case "time", ():
            return ScalarType(None, SECOND)
        case "pi", ():
            return ScalarType(3.141592653589793)
        case _:
            return unproved(name, node.function.span, "its arguments are not understood", notes)


def _compiles(pattern: str) -> bool:
    """Whether a regular expression is certainly valid; what both dialects read is what users write."""
    if len(pattern) > 4096:
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return not re.search(r"\(\?[=!<P#(]|\\[1-9ZzQ]|[*+?}][+]|\{\d{4,}", pattern)


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
    return with_measure(replace(SINGLE, certain=labels, possible=labels, constants=constants), ABSENT)
