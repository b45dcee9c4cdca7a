"""Quotients that are a share from 0 to 1 by what they are made of: a part of a memory over the whole of it."""

from __future__ import annotations

from gpurules.catalog.field import Field
from gpurules.lint.records import metric_of
from gpurules.lint.typed import TypedRule, bare
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Grouping,
    MatrixSelector,
    NumberLiteral,
    VectorSelector,
)

WHOLES = {250: frozenset((251, 252, 253)), 90: frozenset((92, 93))}
"""DCGM's number of a size, and of its parts: device memory and the BAR1 window (``dcgm_fields.h``)."""
MEMORIES = frozenset(WHOLES).union(*WHOLES.values())
_KEEPING_ORDER = ("sum", "avg", "max", "min")
_KEEPING_ORDER_OVER_TIME = ("avg_over_time", "sum_over_time", "max_over_time", "min_over_time", "last_over_time")


def greatest_quotient(rule: TypedRule, quotient: Binary) -> float | None:
    """The greatest value of ``part / whole``, either of them times plain numbers; None where it is no such quotient."""
    part, above = _unscaled(quotient.left)
    whole, below = _unscaled(quotient.right)
    if above <= 0 or below <= 0 or not _at_most(rule, part, whole):
        return None
    return above / below


def _unscaled(node: Expression) -> tuple[Expression, float]:
    """``node`` without the numbers that it is multiplied with or divided by, and their product."""
    factor = 1.0
    while isinstance(node := bare(node), Binary) and node.op.text in ("*", "/"):
        left, right = bare(node.left), bare(node.right)
        if isinstance(right, NumberLiteral) and right.value:
            factor = factor * right.value if node.op.text == "*" else factor / right.value
            node = left
        elif isinstance(left, NumberLiteral) and node.op.text == "*":
            factor *= left.value
            node = right
        else:
            break
    return node, factor


def _at_most(rule: TypedRule, part: Expression, whole: Expression) -> bool:
    """Whether each series of ``part`` is at most that of ``whole`` with the same labels, and neither is below 0."""
    part, whole = bare(part), bare(whole)
    if part == whole:
        return _not_negative(rule, part)
    match part, whole:
        case VectorSelector(), VectorSelector():
            inner, outer = _memory(rule, part), _memory(rule, whole)
            alike = (part.offset, part.at, frozenset(part.matchers)) == (
                *(whole.offset, whole.at),
                frozenset(whole.matchers),
            )
            return alike and inner is not None and outer is not None and inner.id in WHOLES.get(outer.id, ())
        case MatrixSelector(), MatrixSelector():
            return part.range == whole.range and _at_most(rule, part.selector, whole.selector)
        case Call(), Call():
            same = part.function.text == whole.function.text and part.function.text in _KEEPING_ORDER_OVER_TIME
            return same and _at_most(rule, part.arguments[0], whole.arguments[0])
        case Aggregation(), Aggregation():
            same = part.op.text == whole.op.text and part.op.text in _KEEPING_ORDER
            return same and _alike(part.grouping, whole.grouping) and _at_most(rule, part.expression, whole.expression)
    if isinstance(part, Binary) and part.op.text == "-":
        # What a part leaves of the whole is a part as well.
        return bare(part.left) == whole and _at_most(rule, part.right, whole)
    if isinstance(whole, Binary) and whole.op.text == "+":
        return any(
            _at_most(rule, part, one) and _not_negative(rule, other)
            for one, other in ((whole.left, whole.right), (whole.right, whole.left))
        )
    return False


def _alike(one: Grouping | None, other: Grouping | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.without == other.without and {name.text for name in one.labels} == {name.text for name in other.labels}


def _not_negative(rule: TypedRule, node: Expression) -> bool:
    """Whether ``node`` is made of sizes of memory in ways that yield nothing below 0."""
    match bare(node):
        case VectorSelector() as selector:
            return _memory(rule, selector) is not None
        case MatrixSelector() as matrix:
            return _not_negative(rule, matrix.selector)
        case Call() as call:
            return call.function.text in _KEEPING_ORDER_OVER_TIME and _not_negative(rule, call.arguments[0])
        case Aggregation() as aggregation:
            return aggregation.op.text in _KEEPING_ORDER and _not_negative(rule, aggregation.expression)
        case Binary() as sum_ if sum_.op.text == "+":
            return _not_negative(rule, sum_.left) and _not_negative(rule, sum_.right)
    return False


def _memory(rule: TypedRule, selector: VectorSelector) -> Field | None:
    metric = metric_of(selector)
    field = None if rule.records.is_record(metric) else rule.target.field(metric)
    return field if field is not None and field.id in MEMORIES else None
