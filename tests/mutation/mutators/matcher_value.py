"""A matcher names something else, or one thing less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Expression, Name, VectorSelector
from mutation.mutator import Mistake, PossibleLabels

TYPED = False

REGULAR = ("=~", "!~")


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``{__name__=~"a|b"}`` becomes ``{__name__=~"a"}``; ``x{a="b"}`` ``x{a="b-"}``; the metric ``x`` ``x_other``."""
    if not isinstance(node, VectorSelector):
        return
    if node.name is not None:
        yield Mistake("another metric", replace(node, name=Name(f"{node.name.text}_other")))
    for position, one in enumerate(node.matchers):
        for detail, value in _values(one.op, one.value):
            changed = replace(one, value=value)
            matchers = (*node.matchers[:position], changed, *node.matchers[position + 1 :])
            yield Mistake(f"{one.label.text} {detail}", replace(node, matchers=matchers))


def _values(op: str, value: str) -> Iterator[tuple[str, str]]:
    parts = value.split("|")
    if op in REGULAR and len(parts) > 1 and "(" not in value:
        for part in parts:
            yield f"without {part}", "|".join(other for other in parts if other != part)
    elif value:
        yield "of another value", f"{value}-"
