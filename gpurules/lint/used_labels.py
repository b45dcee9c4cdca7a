"""Where an expression uses labels of its series: matchers, groupings, matchings, sources of label_replace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gpurules.lint.joins import joins
from gpurules.lint.typed import TypedRule, bare
from gpurules.promql.syntax.regexes import matches_empty
from gpurules.promql.syntax.tree import Aggregation, Call, Expression, Matcher, Name, StringLiteral, walk
from gpurules.promql.types import SeriesType
from gpurules.text.span import Span


@dataclass(frozen=True, slots=True)
class Use:
    """A label that is read: ``node`` yields the series, ``series`` is their type."""

    label: str
    span: Span
    node: Expression
    series: SeriesType


def uses(rule: TypedRule) -> tuple[Use, ...]:
    """Every label that is read of a vector, but for those in matchers."""
    known: tuple[Use, ...] | None = rule.worked_out.get("uses")
    if known is None:
        known = rule.worked_out["uses"] = tuple(_uses(rule))
    return known


def _uses(rule: TypedRule) -> Iterator[Use]:
    for node in rule.nodes:
        match node:
            case Aggregation() if node.grouping is not None and not node.grouping.without:
                yield from _of(rule, node.grouping.labels, node.expression)
            case Call() if node.function.text == "label_replace" and len(node.arguments) == 5:
                source = node.arguments[3]
                series = rule.series_of(node.arguments[0])
                if isinstance(source, StringLiteral) and source.value and series is not None:
                    yield Use(source.value, source.inside, node.arguments[0], series)
    for join in joins(rule):
        yield from _of(rule, join.on, join.node.left)
        yield from _of(rule, join.on, join.node.right)


def _of(rule: TypedRule, labels: tuple[Name, ...], node: Expression) -> Iterator[Use]:
    series = rule.series_of(node)
    if series is not None and not has_no_labels(node):
        for label in labels:
            yield Use(label.text, label.span, node, series)


def matchers(rule: TypedRule) -> Iterator[tuple[str, Matcher]]:
    """Every matcher of a selector that names its metric, with that metric; the matcher of the name itself left out."""
    for selector, metric in rule.selectors:
        if metric:
            for matcher in selector.matchers:
                if matcher.label.text != "__name__":
                    yield metric, matcher


def is_positive(matcher: Matcher) -> bool:
    """Whether only series that have the label satisfy the matcher."""
    return (matcher.op == "=" and matcher.value != "") or (matcher.op == "=~" and not matches_empty(matcher.value))


def is_written(node: Expression, label: str) -> bool:
    """Whether something below ``node`` may make the label."""
    for below in walk(node):
        if isinstance(below, Call) and below.function.text in ("label_replace", "label_join"):
            target = below.arguments[1] if len(below.arguments) > 1 else None
            if isinstance(target, StringLiteral) and target.value == label:
                return True
    return False


def has_no_labels(node: Expression) -> bool:
    """Whether ``node`` is a ``vector(...)``: who matches labels against that wants the series that lack them."""
    inner = bare(node)
    return isinstance(inner, Call) and inner.function.text == "vector"
