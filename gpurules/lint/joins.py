"""Vector matchings of a tree, and which of their sides may have a label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gpurules.lint.finding import Because
from gpurules.lint.typed import TypedRule
from gpurules.promql.syntax.tree import Aggregation, Binary, Expression, Name, walk
from gpurules.promql.types import SeriesType
from gpurules.text.span import NOWHERE

SET_OPERATORS = ("and", "or", "unless")


@dataclass(frozen=True, slots=True)
class Join:
    """A binary operation between two vectors. ``many`` and ``one`` are set where group_left or group_right is."""

    node: Binary
    left: SeriesType
    right: SeriesType

    @property
    def on(self) -> tuple[Name, ...]:
        """The labels of ``on``; none where the labels are not listed."""
        matching = self.node.matching
        return matching.labels if matching is not None and not matching.ignoring else ()

    @property
    def one(self) -> SeriesType:
        """The one side of a many-to-one matching."""
        return self.left if self.node.group is not None and self.node.group.right else self.right

    @property
    def many(self) -> SeriesType:
        """The many side of a many-to-one matching."""
        return self.right if self.node.group is not None and self.node.group.right else self.left

    @property
    def one_node(self) -> Expression:
        """The operand that is the one side."""
        return self.node.left if self.node.group is not None and self.node.group.right else self.node.right


def joins(rule: TypedRule) -> tuple[Join, ...]:
    """Every binary operation between two vectors."""
    known: tuple[Join, ...] | None = rule.worked_out.get("joins")
    if known is None:
        known = rule.worked_out["joins"] = tuple(_joins(rule))
    return known


def _joins(rule: TypedRule) -> Iterator[Join]:
    for node in rule.nodes:
        if isinstance(node, Binary):
            left, right = rule.type_of(node.left), rule.type_of(node.right)
            if isinstance(left, SeriesType) and isinstance(right, SeriesType):
                yield Join(node, left, right)


def lacks(series: SeriesType, label: str) -> bool:
    """Whether no series has ``label``."""
    return label not in series.possible and (not series.open or label in series.absent)


def why_lacks(node: Expression, series: SeriesType, label: str) -> tuple[Because, ...]:
    """The word below ``node`` that lost ``label``: what the type remembers, else the topmost aggregation."""
    why = why_changed(series, label)
    if why:
        return why
    for below in walk(node):
        if isinstance(below, Aggregation):
            span = below.op.span if below.grouping is None else below.grouping.span
            return (Because(span, f"`{label}` is not kept here"),)
    return ()


def why_changed(series: SeriesType, label: str) -> tuple[Because, ...]:
    """The word that dropped or wrote ``label``, where one did."""
    change = series.changes.get(label)
    if change is None or change.span == NOWHERE:
        return ()
    return (Because(change.span, f"`{label}` was {change.what} here"),)
