"""A join does not take over one of the labels that it is there for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Binary, Expression
from mutation.mutator import Mistake, PossibleLabels

TYPED = False


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``group_left (a, b)`` becomes ``group_left (a)``, for each label."""
    if isinstance(node, Binary) and node.group is not None:
        for label in node.group.include:
            left = tuple(other for other in node.group.include if other != label)
            yield Mistake(f"{label.text} is not taken over", replace(node, group=replace(node.group, include=left)))
