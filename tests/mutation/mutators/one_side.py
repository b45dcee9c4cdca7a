"""Of two sources only one is read."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.promql.syntax.tree import Binary, Expression
from mutation.mutator import Mistake, PossibleLabels

TYPED = False


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``a or b`` becomes ``a`` and ``b``."""
    if isinstance(node, Binary) and node.op.text == "or":
        yield Mistake("only the left of or", node.left)
        yield Mistake("only the right of or", node.right)
