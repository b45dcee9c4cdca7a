"""One rule with the tree and the type of its expression: what the checks of expressions look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gpurules.lint.records import Records, metric_of
from gpurules.lint.target import Target
from gpurules.promql.infer.findings import Inference
from gpurules.promql.syntax.tree import Expression, Paren, VectorSelector, children, walk
from gpurules.promql.types import ExpressionType, RangeType, ScalarType, SeriesType


@dataclass(frozen=True)
class TypedRule:
    """``alert``: whether it is an alert, else a record; ``labels``: those that the rule sets. ``worked_out``: what one
    check found out and others ask for as well."""

    alert: bool
    name: str
    labels: Mapping[str, str]
    text: str
    tree: Expression
    inference: Inference
    records: Records
    worked_out: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def target(self) -> Target:
        """What the rule runs against."""
        return self.records.target

    @cached_property
    def nodes(self) -> tuple[Expression, ...]:
        """Every node of the tree, parents first."""
        return tuple(walk(self.tree))

    @cached_property
    def selectors(self) -> tuple[tuple[VectorSelector, str], ...]:
        """Every selector and the metric it asks for, empty where that is not one."""
        return tuple((node, metric_of(node)) for node in self.nodes if isinstance(node, VectorSelector))

    @cached_property
    def _types(self) -> dict[int, ExpressionType]:
        return {id(entry.expression): entry.type for entry in self.inference.nodes}

    @cached_property
    def _parents(self) -> dict[int, Expression]:
        return {id(child): node for node in self.nodes for child in children(node)}

    def type_of(self, node: Expression) -> ExpressionType | None:
        """The type of a node of the tree."""
        return self._types.get(id(node))

    def series_of(self, node: Expression) -> SeriesType | None:
        """The type of a node's series, of a range vector those of the range; None where it is no vector."""
        found = self._types.get(id(node))
        if isinstance(found, RangeType):
            return found.series
        return found if isinstance(found, SeriesType) else None

    def parent_of(self, node: Expression) -> Expression | None:
        """The node above, parentheses left out."""
        above = self._parents.get(id(node))
        while isinstance(above, Paren):
            above = self._parents.get(id(above))
        return above


@dataclass(frozen=True, slots=True)
class Named:
    """A record's or alert's name over its expression: what checks of names look at. ``numbers``: the type, None where
    it is not known."""

    name: str
    text: str
    numbers: SeriesType | ScalarType | None
    alert: bool = False


def bare(node: Expression) -> Expression:
    """``node`` without parentheses around it."""
    while isinstance(node, Paren):
        node = node.expression
    return node


def selectors_below(node: Expression) -> tuple[tuple[VectorSelector, str], ...]:
    """Every selector at or below ``node``, and its metric."""
    return tuple((one, metric_of(one)) for one in walk(node) if isinstance(one, VectorSelector))
