"""Short constructors for trees that code builds; every span is NOWHERE."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Duration,
    Expression,
    Grouping,
    GroupSide,
    Matcher,
    Matching,
    MatrixSelector,
    Name,
    NumberLiteral,
    StringLiteral,
    VectorSelector,
)


def names(labels: Iterable[str]) -> tuple[Name, ...]:
    """Label names without spans."""
    return tuple(Name(label) for label in labels)


def matcher(label: str, op: str, value: str) -> Matcher:
    """``label op "value"``."""
    return Matcher(Name(label), op, value)


def selector(name: str | None, *matchers: Matcher) -> VectorSelector:
    """``name{matchers}``."""
    return VectorSelector(Name(name) if name else None, tuple(matchers))


def window(series: VectorSelector, milliseconds: int) -> MatrixSelector:
    """``series[range]``."""
    return MatrixSelector(series, Duration(milliseconds))


def number(value: float) -> NumberLiteral:
    """A number literal."""
    return NumberLiteral(float(value))


def call(function: str, *arguments: Expression) -> Call:
    """``function(arguments)``."""
    return Call(Name(function), tuple(arguments))


def aggregate(op: str, by: Iterable[str], expression: Expression, parameter: Expression | None = None) -> Aggregation:
    """``op by (labels) (parameter, expression)``; without labels, ``op(parameter, expression)``."""
    labels = names(by)
    return Aggregation(Name(op), expression, Grouping(labels) if labels else None, parameter)


def relabel(expression: Expression, target: str, source: str, pattern: str = "(.+)", replacement: str = "$1") -> Call:
    """``label_replace(expression, target, replacement, source, pattern)``; copies a non-empty label by default."""
    texts = (target, replacement, source, pattern)
    return Call(Name("label_replace"), (expression, *(StringLiteral(text) for text in texts)))


def binary(
    op: str,
    left: Expression,
    right: Expression,
    on: Sequence[str] | None = None,
    group_left: Sequence[str] | None = None,
) -> Binary:
    """``left op on (labels) group_left (labels) right``."""
    matching = None if on is None else Matching(names(on))
    group = None if group_left is None else GroupSide(names(group_left))
    return Binary(Name(op), left, right, matching, group)
