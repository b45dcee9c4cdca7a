"""A label is copied from elsewhere, by another pattern, to another label, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Call, Expression, StringLiteral
from mutation.mutator import Mistake, PossibleLabels

TYPED = False


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``label_replace(x, "a", "$1", "b", "(.+)")`` becomes ``x``, and one with another target, source or pattern."""
    if not (isinstance(node, Call) and node.function.text == "label_replace"):
        return
    target, text, source, pattern = node.arguments[1:]
    assert isinstance(source, StringLiteral)
    assert isinstance(pattern, StringLiteral)
    name = source.value
    yield Mistake(f"{name} is not copied", node.arguments[0])
    yield Mistake(f"from another label than {name}", _with(node, target, text, StringLiteral("job"), pattern))
    yield Mistake(f"{name} to another label", _with(node, StringLiteral("other"), text, source, pattern))
    yield Mistake(f"{name} as a constant", _with(node, target, StringLiteral("same"), source, pattern))
    if pattern.value == "(.+)":
        yield Mistake(f"{name} even where it is empty", _with(node, target, text, source, StringLiteral("(.*)")))


def _with(node: Call, *texts: Expression) -> Call:
    return replace(node, arguments=(node.arguments[0], *texts))
