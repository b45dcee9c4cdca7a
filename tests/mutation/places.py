"""Places in an expression, and the expression with another node at one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    MatrixSelector,
    Paren,
    Subquery,
    Unary,
    VectorSelector,
    children,
)

Place = tuple[int, ...]
"""The way from the root: which child is taken at each node."""


def places(root: Expression) -> Iterator[tuple[Place, Expression]]:
    """Every node with its place, parents first."""
    stack: list[tuple[Place, Expression]] = [((), root)]
    while stack:
        place, node = stack.pop()
        yield place, node
        below = [((*place, position), child) for position, child in enumerate(children(node))]
        stack.extend(reversed(below))


def with_node(root: Expression, place: Place, node: Expression) -> Expression:
    """``root`` with ``node`` at ``place``."""
    if not place:
        return node
    first, *rest = place
    return _with_child(root, first, with_node(children(root)[first], tuple(rest), node))


def _with_child(parent: Expression, position: int, child: Expression) -> Expression:
    match parent:
        case Call():
            arguments = tuple(child if at == position else one for at, one in enumerate(parent.arguments))
            return replace(parent, arguments=arguments)
        case Aggregation() if parent.parameter is not None and position == 0:
            return replace(parent, parameter=child)
        case Aggregation() | Subquery() | Unary() | Paren():
            return replace(parent, expression=child)
        case Binary():
            return replace(parent, left=child) if position == 0 else replace(parent, right=child)
        case MatrixSelector() if isinstance(child, VectorSelector):
            return replace(parent, selector=child)
    raise TypeError(f"{type(parent).__name__} has no child that is a {type(child).__name__}")
