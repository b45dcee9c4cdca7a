"""What both sides of an ``or`` have in common where they read the same metric.

``info or info offset 5m`` and ``x{a="1"} or x{a="2"}`` unite label sets of one metric, so what is declared of it for
all time holds across both sides. An expression's *outline* is what it does to the label sets of one metric: its
selector, renamings and projections, without what only drops series or moves them in time. Where two outlines differ in
their matchers only, the outline with the matchers of both yields all label sets of both.
"""

from __future__ import annotations

from dataclasses import replace

from gpurules.promql.infer.aggregations import COMBINING, SELECTING
from gpurules.promql.infer.behaviours import BEHAVIOURS
from gpurules.promql.infer.labelset import NAME
from gpurules.promql.syntax.build import names
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Grouping,
    MatrixSelector,
    Name,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)

DEEPEST = 100

_FILTERS = frozenset(("==", "!=", ">", "<", ">=", "<="))


class Outlines:
    """The outlines of the nodes of one tree, each found once."""

    def __init__(self) -> None:
        self._known: dict[int, Expression | None] = {}

    def common(self, node: Binary) -> Expression | None:
        """An expression that yields every label set of both sides of ``node``, or None where there is none."""
        return _merged(self._outline(node.left, 0), self._outline(node.right, 0))

    def _outline(self, node: Expression, depth: int) -> Expression | None:
        if depth > DEEPEST:
            return None
        if id(node) not in self._known:
            self._known[id(node)] = self._new_outline(node, depth + 1)
        return self._known[id(node)]

    def _new_outline(self, node: Expression, depth: int) -> Expression | None:
        match node:
            case VectorSelector():
                return replace(node, offset=None, at=None)
            case Paren() | Subquery():
                return self._outline(node.expression, depth)
            case MatrixSelector():
                return self._outline(node.selector, depth)
            case Unary():
                inner = self._outline(node.expression, depth)
                return inner if node.op.text == "+" else _unnamed(inner)
            case Call():
                return self._of_call(node, depth)
            case Aggregation():
                inner = self._outline(node.expression, depth)
                if inner is None or node.op.text in SELECTING:
                    return inner
                if node.op.text not in COMBINING or node.op.text == "count_values":
                    return None
                return Aggregation(Name("group"), inner, node.grouping or Grouping(()))
            case Binary():
                return self._of_binary(node, depth)
            case _:
                return None

    def _of_call(self, node: Call, depth: int) -> Expression | None:
        if node.function.text in ("label_replace", "label_join"):
            inner = self._outline(node.arguments[0], depth) if node.arguments else None
            return None if inner is None else Call(node.function, (inner, *node.arguments[1:]))
        behaviour = BEHAVIOURS.get(node.function.text)
        inputs = [item for item in node.arguments if not isinstance(item, NumberLiteral | StringLiteral)]
        if behaviour is None or len(inputs) != 1:
            return None
        inner = self._outline(inputs[0], depth)
        return inner if behaviour.keeps_name else _unnamed(inner)

    def _of_binary(self, node: Binary, depth: int) -> Expression | None:
        match node.op.text:
            case "and" | "unless":
                return self._outline(node.left, depth)
            case "or":
                return _merged(self._outline(node.left, depth), self._outline(node.right, depth))
        if node.group is not None or node.fill is not None:
            return None
        filters = node.op.text in _FILTERS and not node.return_bool
        literals = [isinstance(side, NumberLiteral) for side in (node.left, node.right)]
        if any(literals):
            inner = self._outline(node.right if literals[0] else node.left, depth)
            return inner if filters else _unnamed(inner)
        if node.matching is None or node.matching.ignoring or any(item.text == NAME for item in node.matching.labels):
            return None
        inner = self._outline(node.left, depth)
        return None if inner is None else Aggregation(Name("group"), inner, Grouping(node.matching.labels))


def _unnamed(outline: Expression | None) -> Expression | None:
    return None if outline is None else Call(Name("timestamp"), (outline,))


def _merged(left: Expression | None, right: Expression | None) -> Expression | None:
    """The outline that covers both, or None where they do different things."""
    match left, right:
        case VectorSelector(), VectorSelector():
            if left.name != right.name:
                return None
            return replace(left, matchers=tuple(item for item in left.matchers if item in right.matchers))
        case Call(), Call():
            if left.function != right.function or left.arguments[1:] != right.arguments[1:]:
                return None
            inner = _merged(left.arguments[0], right.arguments[0])
            return None if inner is None else Call(left.function, (inner, *left.arguments[1:]))
        case Aggregation(), Aggregation():
            if _sorted(left.grouping) != _sorted(right.grouping):
                return None
            inner = _merged(left.expression, right.expression)
            return None if inner is None else replace(left, expression=inner)
        case _:
            return None


def _sorted(grouping: Grouping | None) -> Grouping:
    if grouping is None:
        return Grouping(())
    return Grouping(names(sorted({label.text for label in grouping.labels})), grouping.without)
