"""Nothing is filtered out: a comparison, an ``and`` or an ``unless`` is left out."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.promql.syntax.tree import Binary, Expression
from mutation.mutator import Mistake, PossibleLabels

TYPED = False

FILTERS = ("and", "unless", ">", "<", "==", "!=", ">=", "<=")


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``a unless b`` becomes ``a``."""
    if isinstance(node, Binary) and node.op.text in FILTERS:
        yield Mistake(f"no {node.op.text}", node.left)
