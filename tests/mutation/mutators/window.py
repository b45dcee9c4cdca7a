"""Another range of time is looked at, or another function over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Call, Duration, Expression, MatrixSelector, Name
from mutation.mutator import Mistake, PossibleLabels

TYPED = False

OTHERS = {"rate": ("delta", "increase", "last_over_time"), "max_over_time": ("min_over_time",)}


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``rate(x[5m])`` becomes ``rate(x[1m])``, ``rate(x[10m])``, ``delta(x[5m])`` and ``x``."""
    looked = node.arguments[0] if isinstance(node, Call) and len(node.arguments) == 1 else None
    if not (isinstance(node, Call) and isinstance(looked, MatrixSelector)):
        return
    function, length = node.function.text, looked.range.milliseconds
    for word, other in (("a fifth", length // 5), ("twice", length * 2)):
        yield Mistake(
            f"{function} over {word} of the range",
            replace(node, arguments=(replace(looked, range=Duration(other)),)),
        )
    for instead in OTHERS.get(function, ()):
        yield Mistake(f"{instead} for {function}", replace(node, function=Name(instead)))
    yield Mistake(f"no {function}", looked.selector)
