"""A conversion of units is wrong: the constant, the direction, or that there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Binary, Expression, Name, NumberLiteral
from mutation.mutator import Mistake, PossibleLabels

TYPED = False

OTHERS = {1048576: 1000000, 1024000: 1024, 1000000: 1048576, 1000: 1024, 100: 1000, 1024: 1000, 0: 1}
TURNED = {"*": "/", "/": "*"}


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``x * 1048576`` becomes ``x``, ``x * 1000000`` and ``x / 1048576``."""
    if not isinstance(node, Binary) or node.op.text not in TURNED:
        return
    sides = (node.left, node.right)
    if not any(isinstance(side, NumberLiteral) for side in sides):
        return
    constant, series = sides if isinstance(node.left, NumberLiteral) else (node.right, node.left)
    assert isinstance(constant, NumberLiteral)
    wrong = NumberLiteral(float(OTHERS.get(int(constant.value), int(constant.value) + 1)))
    changed = replace(node, left=wrong) if constant is node.left else replace(node, right=wrong)
    yield Mistake(f"{node.op.text} {wrong.value:g} for {constant.value:g}", changed)
    yield Mistake(f"no {node.op.text} {constant.value:g}", series)
    if constant is node.right:
        yield Mistake(f"{TURNED[node.op.text]} {constant.value:g}", replace(node, op=Name(TURNED[node.op.text])))
