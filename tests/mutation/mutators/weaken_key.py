"""An aggregation loses a label of its key: what was told apart falls together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Aggregation, Expression, Grouping
from mutation.mutator import Mistake, PossibleLabels

TYPED = True


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``max by (a, b) (x)`` becomes ``max by (a) (x)``, for each label that ``x`` may carry."""
    if isinstance(node, Aggregation) and isinstance(node.grouping, Grouping):
        carried = possible(node.expression)
        for label in node.grouping.labels:
            if label.text in carried:
                left = tuple(other for other in node.grouping.labels if other != label)
                yield Mistake(
                    f"{node.op.text} without {label.text}", replace(node, grouping=Grouping(left) if left else None)
                )
