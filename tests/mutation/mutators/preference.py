"""Of two sources the other one is preferred, or both are kept where one should give way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Binary, Expression
from mutation.mutator import Mistake, PossibleLabels

TYPED = False


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``a or on (k) b`` becomes ``b or on (k) a`` and ``a or b``."""
    if isinstance(node, Binary) and node.op.text == "or" and node.matching is not None:
        yield Mistake("the other side of or first", replace(node, left=node.right, right=node.left))
        yield Mistake("or on all labels", replace(node, matching=None))
