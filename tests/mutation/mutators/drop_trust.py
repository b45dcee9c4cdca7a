"""A series is believed whoever sent it: a matcher on the job or on the launcher's name is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Expression, VectorSelector
from mutation.mutator import Mistake, PossibleLabels

TYPED = False

TRUSTED = ("job", "pod")


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``x{job="a", b="c"}`` becomes ``x{b="c"}``."""
    if isinstance(node, VectorSelector):
        for one in node.matchers:
            if one.label.text in TRUSTED:
                left = tuple(other for other in node.matchers if other is not one)
                yield Mistake(f'no {one.label.text}{one.op}"{one.value}"', replace(node, matchers=left))
