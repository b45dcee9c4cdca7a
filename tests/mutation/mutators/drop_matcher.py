"""Series are read that should not be: a matcher on what they are is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Expression, VectorSelector
from mutation.mutator import Mistake, PossibleLabels
from mutation.mutators.drop_trust import TRUSTED

TYPED = False


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``x{a="b", c="d"}`` becomes ``x{c="d"}``, for each label but the name and those that are trusted."""
    if isinstance(node, VectorSelector):
        for one in node.matchers:
            if one.label.text not in (*TRUSTED, "__name__"):
                left = tuple(other for other in node.matchers if other is not one)
                yield Mistake(f'no {one.label.text}{one.op}"{one.value}"', replace(node, matchers=left))
