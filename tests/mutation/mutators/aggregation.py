"""Series are combined by another operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Aggregation, Expression, Name
from mutation.mutator import Mistake, PossibleLabels

TYPED = False

OTHERS = {
    "sum": ("avg", "max"),
    "avg": ("sum", "max"),
    "max": ("sum", "min"),
    "min": ("max", "sum"),
    "count": ("sum", "group"),
    "group": ("count",),
    "topk": ("bottomk",),
}


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``sum by (a) (x)`` becomes ``avg by (a) (x)`` and ``max by (a) (x)``."""
    if isinstance(node, Aggregation):
        for other in OTHERS.get(node.op.text, ()):
            yield Mistake(f"{other} for {node.op.text}", replace(node, op=Name(other)))
