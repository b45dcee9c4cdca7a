"""An aggregation is left out: what it made one of stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.promql.syntax.tree import Aggregation, Expression
from mutation.mutator import Mistake, PossibleLabels

TYPED = True


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``topk by (a) (1, x)`` or ``max by (a) (x)`` becomes ``x``."""
    if isinstance(node, Aggregation):
        yield Mistake(f"no {node.op.text}", node.expression)
