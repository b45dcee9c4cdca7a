"""Two vectors are combined by another operator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Binary, Expression, Name, NumberLiteral
from mutation.mutator import Mistake, PossibleLabels

TYPED = False

OTHERS = {
    "+": ("-",),
    "-": ("+",),
    "*": ("+",),
    "/": ("*",),
    ">": ("<", ">="),
    "==": ("!=",),
    "and": ("unless",),
    "unless": ("and",),
}


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``a + b`` becomes ``a - b``, ``a and b`` ``a unless b``; conversions by a constant are another mutator's."""
    if not isinstance(node, Binary):
        return
    if node.op.text in "*/" and any(isinstance(side, NumberLiteral) for side in (node.left, node.right)):
        return
    for other in OTHERS.get(node.op.text, ()):
        yield Mistake(f"{other} for {node.op.text}", replace(node, op=Name(other)))
