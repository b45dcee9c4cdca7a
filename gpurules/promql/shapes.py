"""Our trees and promql-parser's, brought to nested tuples of one shape so that they can be compared.

What promql-parser's tree does not hold is left out; see ``gpurules.promql.judge.same_tree``.
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

from gpurules.promql.syntax.selectors import NAME_LABEL
from gpurules.promql.syntax.tree import (
    Aggregation,
    At,
    Binary,
    Call,
    Duration,
    Expression,
    MatrixSelector,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)


def ours(node: Expression) -> object:
    """The shape of our tree."""
    match node:
        case Paren():
            return ours(node.expression)
        case Unary():
            inside = ours(node.expression)
            return inside if node.op.text == "+" else ("minus", inside)
        case NumberLiteral():
            return _number(node.value)
        case StringLiteral():
            return ("string", _string(node.value))
        case VectorSelector():
            return _our_selector(node, node.offset, node.at)
        case MatrixSelector():
            selector = node.selector
            return ("range", _our_selector(selector, selector.offset, selector.at), node.range.milliseconds)
        case Subquery():
            step = None if node.step is None else node.step.milliseconds
            times = (_our_duration(node.offset), _our_time(node.at))
            return ("subquery", ours(node.expression), node.range.milliseconds, step, times)
        case Call():
            return ("call", node.function.text, tuple(map(ours, node.arguments)))
        case Aggregation():
            grouping = node.grouping
            labels = None if grouping is None else (grouping.without, tuple(_string(n.text) for n in grouping.labels))
            parameter = None if node.parameter is None else ours(node.parameter)
            return _aggregation(node.op.text, labels, parameter, ours(node.expression))
        case Binary():
            matching = node.matching
            match_on = None
            if matching is not None:
                match_on = (matching.ignoring, tuple(_string(name.text) for name in matching.labels))
            group = None
            if node.group is not None:
                group = (node.group.right, tuple(_string(name.text) for name in node.group.include))
            fill = node.fill
            sides = (None, None) if fill is None else (fill.left, fill.right)
            fills = tuple(None if side is None else _number(side.value) for side in sides)
            left, right = ours(node.left), ours(node.right)
            return _binary(node.op.text, node.return_bool, match_on, group, fills, left, right)


def _our_selector(node: VectorSelector, offset: Duration | None, at: At | None) -> object:
    matchers = [(_string(m.label.text), m.op, _string(m.value)) for m in node.matchers]
    if node.name is not None:
        matchers.append((NAME_LABEL, "=", _string(node.name.text)))
    return ("selector", tuple(sorted(matchers)), (_our_duration(offset), _our_time(at)))


def _our_duration(duration: Duration | None) -> int:
    return 0 if duration is None else duration.milliseconds


def _our_time(at: At | None) -> object:
    if at is None or isinstance(at.when, str):
        return None if at is None else at.when
    return max(at.when, 0)


def theirs(node: Any, parser: ModuleType) -> object:
    """The shape of a tree of promql-parser, which is the module ``parser``."""

    def read(node: Any) -> object:
        if isinstance(node, parser.ParenExpr):
            return read(node.expr)
        if isinstance(node, parser.UnaryExpr):
            return ("minus", read(node.expr))
        if isinstance(node, parser.NumberLiteral):
            return _number(node.val)
        if isinstance(node, parser.StringLiteral):
            return ("string", node.val)
        if isinstance(node, parser.VectorSelector):
            return selector(node)
        if isinstance(node, parser.MatrixSelector):
            return ("range", selector(node.vector_selector), _milliseconds(node.range))
        if isinstance(node, parser.SubqueryExpr):
            step = None if node.step is None else _milliseconds(node.step)
            return ("subquery", read(node.expr), _milliseconds(node.range), step, times(node))
        if isinstance(node, parser.Call):
            return ("call", node.func.name, tuple(map(read, node.args)))
        if isinstance(node, parser.AggregateExpr):
            modifier = node.modifier
            labels = None
            if modifier is not None:
                labels = (modifier.type == parser.AggModifierType.Without, tuple(modifier.labels))
            parameter = None if node.param is None else read(node.param)
            return _aggregation(str(node.op), labels, parameter, read(node.expr))
        assert isinstance(node, parser.BinaryExpr)
        return binary(node)

    def selector(node: Any) -> object:
        matchers = [(m.name, _MATCH_OPERATORS[str(m.op)], m.value) for m in node.matchers.matchers]
        if node.name is not None:
            matchers.append((NAME_LABEL, "=", node.name))
        return ("selector", tuple(sorted(matchers)), times(node))

    def times(node: Any) -> object:
        offset = 0 if node.offset is None else _milliseconds(node.offset)
        at = node.at
        if at is None:
            return (offset, None)
        if at.type != parser.AtModifierType.At:
            return (offset, "start" if at.type == parser.AtModifierType.Start else "end")
        return (offset, _their_time(at))

    def binary(node: Any) -> object:
        modifier = node.modifier
        left, right = read(node.lhs), read(node.rhs)
        if modifier is None:
            return _binary(str(node.op), False, None, None, (None, None), left, right)
        matching = modifier.matching
        match_on = None
        if matching is not None:
            match_on = (matching.type == parser.LabelModifierType.Exclude, tuple(matching.labels))
        group = None
        cardinality = modifier.card
        if cardinality in (parser.VectorMatchCardinality.ManyToOne, parser.VectorMatchCardinality.OneToMany):
            side = cardinality == parser.VectorMatchCardinality.OneToMany
            group = (side, tuple(modifier.group_labels or ()))
        fill = modifier.fill_values
        fills = tuple(None if value is None else _number(value) for value in (fill.lhs, fill.rhs))
        return _binary(str(node.op), modifier.return_bool, match_on, group, fills, left, right)

    return read(node)


_MATCH_OPERATORS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}


def _aggregation(op: str, labels: tuple[bool, tuple[str, ...]] | None, parameter: object, inside: object) -> object:
    return ("aggregation", op, None if labels == (False, ()) else labels, parameter, inside)


def _binary(
    op: str,
    return_bool: bool,
    matching: tuple[bool, tuple[str, ...]] | None,
    group: object,
    fills: tuple[object, ...],
    left: object,
    right: object,
) -> object:
    return ("binary", op, return_bool, None if matching == (True, ()) else matching, group, fills, left, right)


def _number(value: float) -> object:
    return ("number", "NaN" if value != value else value)


def _string(value: str) -> str:
    """Our string in promql-parser's reading: a byte that is no UTF-8 is the character of that number."""
    return re.sub("[\udc80-\udcff]", lambda match: chr(ord(match[0]) - 0xDC00), value)


def _milliseconds(delta: timedelta) -> int:
    return round(delta / timedelta(milliseconds=1))


def _their_time(at: Any) -> int:
    """Milliseconds since 1970, from their text: the attribute panics on earlier times and overflows on far ones."""
    return int(Decimal(str(at).removeprefix("@ ")) * 1000)
