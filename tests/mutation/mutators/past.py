"""What was is taken for what is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Duration, Expression, VectorSelector
from mutation.mutator import Mistake, PossibleLabels

TYPED = False

FIVE_MINUTES = Duration(300_000)


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``x`` becomes ``x offset 5m``."""
    if isinstance(node, VectorSelector) and node.offset is None:
        yield Mistake("offset 5m", replace(node, offset=FIVE_MINUTES))
