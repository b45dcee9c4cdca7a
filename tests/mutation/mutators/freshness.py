"""Of several series not the freshest wins but any one, or the oldest."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.promql.syntax.tree import Call, Expression
from mutation.mutator import Mistake, PossibleLabels

TYPED = False


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``timestamp(x)`` becomes ``x``."""
    if isinstance(node, Call) and node.function.text == "timestamp":
        yield Mistake("the value for its time", node.arguments[0])
