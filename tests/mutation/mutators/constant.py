"""Another number is compared with, subtracted, counted from, or taken where there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Aggregation, Binary, Call, Expression, NumberLiteral
from mutation.mutator import Mistake, PossibleLabels

TYPED = False

UNITS = ("*", "/")


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``x > 1`` becomes ``x > 2`` and ``x > 0``; ``vector(0)`` becomes ``vector(1)``; ``topk(1, x)`` ``topk(2, x)``."""
    match node:
        case Binary(right=NumberLiteral(value=number)) if node.op.text not in UNITS:
            step = 1 if number < 10 else number / 2
            for value in (number + step, number - step):
                yield Mistake(f"{node.op.text} {value:g} for {number:g}", replace(node, right=NumberLiteral(value)))
        case Call(arguments=(NumberLiteral(),)) if node.function.text == "vector":
            yield Mistake("another number where there is nothing", replace(node, arguments=(NumberLiteral(1.0),)))
        case Aggregation(parameter=NumberLiteral(value=number)):
            more = NumberLiteral(number + 1)
            yield Mistake(f"{node.op.text} of {more.value:g}", replace(node, parameter=more))
