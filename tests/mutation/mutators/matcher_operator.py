"""A matcher says the opposite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Expression, VectorSelector
from mutation.mutator import Mistake, PossibleLabels

TYPED = False

OPPOSITE = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``x{a="b"}`` becomes ``x{a!="b"}``, for each matcher but that of the name."""
    if isinstance(node, VectorSelector):
        for position, one in enumerate(node.matchers):
            if one.label.text != "__name__":
                turned = replace(one, op=OPPOSITE[one.op])
                matchers = (*node.matchers[:position], turned, *node.matchers[position + 1 :])
                yield Mistake(f"{one.label.text}{turned.op}", replace(node, matchers=matchers))
