"""What is known of the numbers of an expression beyond its type: that they are those of one field, and their range."""

from __future__ import annotations

from fractions import Fraction

from gpurules.catalog.field import Field, FieldKind
from gpurules.lint.proportions import MEMORIES, greatest_quotient
from gpurules.lint.records import metric_of
from gpurules.lint.typed import TypedRule, bare
from gpurules.promql.infer.units import known_conversion
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    MatrixSelector,
    NumberLiteral,
    Subquery,
    VectorSelector,
)
from gpurules.promql.types import ONE, Kind, SeriesType, Unit
from gpurules.promql.units import word_for

LARGEST_MEMORY = 2**44
"""Bytes, 16 TiB: more than any GPU has, and than a window onto its memory spans."""
_KEEPING_CALLS = ("label_replace", "label_join", "sort", "sort_desc")
_WITHIN = ("avg_over_time", "min_over_time", "max_over_time", "last_over_time", "first_over_time", "quantile_over_time")
_WITHIN_AGGREGATIONS = ("max", "min", "avg", "topk", "bottomk", "quantile")


def unit_words(unit: Unit) -> str:
    """A unit in a message; numbers without unit are ratios from 0 to 1 as well as counts."""
    return "plain numbers" if unit == ONE else word_for(unit)


def conversion(have: Unit, wanted: Unit) -> str:
    """What makes ``wanted`` of ``have``, in words; empty where nothing does."""
    if have.dimension != wanted.dimension:
        return ""
    factor = have.scale / wanted.scale
    return f"multiply by {factor}" if factor.denominator == 1 else f"divide by {Fraction(1) / factor}"


def plain_field(rule: TypedRule, node: Expression) -> Field | None:
    """The DCGM field whose own numbers ``node`` yields, scaled or rated at most; None where there is none."""
    node = bare(node)
    match node:
        case VectorSelector():
            return rule.target.field(metric_of(node))
        case Call() if node.arguments:
            inner = node.arguments[-1] if node.function.text == "quantile_over_time" else node.arguments[0]
            if node.function.text in (*_KEEPING_CALLS, *_WITHIN, "rate", "irate", "increase"):
                return plain_field(rule, inner)
        case MatrixSelector():
            return plain_field(rule, node.selector)
        case Binary() if node.op.text in ("*", "/"):
            if isinstance(bare(node.right), NumberLiteral):
                return plain_field(rule, node.left)
            if isinstance(bare(node.left), NumberLiteral) and node.op.text == "*":
                return plain_field(rule, node.right)
    return None


def greatest_value(rule: TypedRule, node: Expression) -> float | None:
    """The greatest value that ``node`` can have, where it is a share, a flag or a memory of DCGM's, or a part divided
    by its whole; the least is 0.

    Followed through everything that keeps a value within its range; None where it cannot be told.
    """
    node = bare(node)
    match node:
        case VectorSelector():
            field = rule.target.field(metric_of(node))
            if field is None or rule.records.is_record(metric_of(node)):
                return None
            if field.kind is FieldKind.FLAG:
                return 1.0
            if field.kind is FieldKind.RATIO and field.unit is not None and not field.unit.dimension:
                return float(1 / field.unit.scale)
            if field.id in MEMORIES and field.unit is not None:
                return float(LARGEST_MEMORY / field.unit.scale)
        case MatrixSelector():
            return greatest_value(rule, node.selector)
        case Subquery():
            return greatest_value(rule, node.expression)
        case Call() if node.function.text in (*_KEEPING_CALLS, *_WITHIN) and node.arguments:
            last = node.function.text == "quantile_over_time"
            return greatest_value(rule, node.arguments[-1 if last else 0])
        case Aggregation() if node.op.text in _WITHIN_AGGREGATIONS:
            return greatest_value(rule, node.expression)
        case Binary():
            return _of_binary(rule, node)
    return None


def _of_binary(rule: TypedRule, node: Binary) -> float | None:
    left, right = bare(node.left), bare(node.right)
    if node.op.text in ("*", "/") and isinstance(right, NumberLiteral) and known_conversion(right.value) is not None:
        inner = greatest_value(rule, left)
        return None if inner is None else inner * right.value if node.op.text == "*" else inner / right.value
    if node.op.text == "/":
        return greatest_quotient(rule, node)
    if node.op.text == "-" and isinstance(left, NumberLiteral):
        # What is left of a whole: 1 - share, 100 - percent.
        inner = greatest_value(rule, right)
        return inner if inner == left.value else None
    if node.op.text == "*":
        if isinstance(left, NumberLiteral) and known_conversion(left.value) is not None:
            inner = greatest_value(rule, right)
            return None if inner is None else inner * left.value
        for one, other in ((left, right), (right, left)):
            info = rule.type_of(other)
            if isinstance(info, SeriesType) and info.kind is Kind.INFO:
                return greatest_value(rule, one)
    return greatest_value(rule, left) if node.op.text in ("and", "unless") else None
