"""Ranges, subqueries, offset and @: what may stand behind an operand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gpurules.promql.syntax import checks
from gpurules.promql.syntax.durations import read_duration, read_numeral, read_range
from gpurules.promql.syntax.functions import ValueType
from gpurules.promql.syntax.lexer import NUMBER, Token
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.selectors import unexpected
from gpurules.promql.syntax.tree import At, Duration, Expression, MatrixSelector, Subquery, VectorSelector
from gpurules.text.span import Span


def ranged(node: Expression, kind: ValueType, token: Token) -> tuple[Expression, ValueType]:
    """``node`` with the range or subquery that ``token`` holds, and the type of both."""
    length, subquery, step = read_range(token.text, token.start)
    span = Span(node.span.start, token.end)
    if subquery:
        if kind is not ValueType.INSTANT:
            raise SyntaxProblem(
                f"a subquery needs an instant vector, this is {checks.a(kind)}", node.span, "see [range:step]"
            )
        return Subquery(node, length, step, span=span), ValueType.RANGE
    if not isinstance(node, VectorSelector):
        raise SyntaxProblem(
            "a range can only follow a selector",
            Span(token.start, token.end),
            "write [5m:] for a subquery over an expression",
        )
    if node.offset is not None or node.at is not None:
        word = "offset" if node.at is None else "@"
        raise SyntaxProblem(
            f"{word} stands before the range", Span(token.start, token.end), f"write the range first, then {word}"
        )
    return MatrixSelector(node, length, span), ValueType.RANGE


def with_offset(node: Expression, tokens: Sequence[Token], index: int, text: str) -> tuple[Expression, int]:
    """``node`` with the offset at ``index``, and the index behind it."""
    keyword = tokens[index]
    index += 1
    token = first = tokens[index]
    sign = token.text if token.text in ("+", "-") else ""
    if sign:
        index += 1
        token = tokens[index]
    if token.kind != NUMBER:
        calculated = token.text == "(" or token.text.lower() in ("step", "range", "min_of", "max_of")
        problem = unexpected(token, text, "behind offset", "a duration such as 5m")
        problem.unsupported = calculated
        raise problem
    offset = read_duration(sign, token.text, token.start, Span(first.start, token.end))
    return _with_time(node, keyword, offset, None, token.end), index + 1


def with_at(node: Expression, tokens: Sequence[Token], index: int, text: str) -> tuple[Expression, int]:
    """``node`` with the @ at ``index``, and the index behind it."""
    keyword = tokens[index]
    index += 1
    token = first = tokens[index]
    sign = token.text if token.text in ("+", "-") else ""
    if sign:
        index += 1
        token = tokens[index]
    lower = token.text.lower()
    when: int | str
    if token.kind == NUMBER:
        value = read_numeral(token.text, token.start).value
        if value >= 1 << 63:
            raise SyntaxProblem("the time behind @ is out of range", Span(first.start, token.end))
        when = round(value * 1000) * (-1 if sign == "-" else 1)
    elif not sign and lower in ("start", "end"):
        when = lower
        for bracket in "()":
            index += 1
            token = tokens[index]
            if token.text != bracket:
                raise unexpected(token, text, f"behind @ {lower}", f"'{bracket}'")
    else:
        raise unexpected(token, text, "behind @", "a time in seconds, start() or end()")
    at = At(when, Span(keyword.start, token.end))
    return _with_time(node, keyword, None, at, token.end), index + 1


def _with_time(node: Expression, keyword: Token, offset: Duration | None, at: At | None, end: int) -> Expression:
    """``node`` with the offset or the @ that stands at ``keyword``."""
    holder = node.selector if isinstance(node, MatrixSelector) else node
    here = Span(keyword.start, end)
    word = "offset" if at is None else "@"
    if not isinstance(holder, (VectorSelector, Subquery)):
        raise SyntaxProblem(
            f"{word} can only follow a selector, a range or a subquery", here, "move it inside, behind the selector"
        )
    if (holder.offset if at is None else holder.at) is not None:
        raise SyntaxProblem(f"{word} is given twice", here)
    span = Span(node.span.start, end)
    if isinstance(node, MatrixSelector):
        selector = replace(node.selector, offset=offset or node.selector.offset, at=at or node.selector.at)
        return MatrixSelector(selector, node.range, span)
    return replace(holder, offset=offset or holder.offset, at=at or holder.at, span=span)
