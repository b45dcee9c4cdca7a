"""Both sides of every ``or`` carry what the whole is joined, aggregated or recorded by, and both sides of a match what
they are matched on.

A label that one side lacks is a mistake that no type of the whole can show: the whole *may* carry it, and a match on a
label that nothing has is a match on the other labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gpurules.promql.infer.findings import Inference
from gpurules.promql.syntax.tree import Aggregation, Binary, Call, Expression, Name, NumberLiteral, Paren
from gpurules.promql.types import SeriesType

Labels = frozenset[str]


def lacking(root: Expression, inference: Inference, promised: Iterable[str]) -> Iterator[str]:
    """What is wrong, in a few words, for each ``or`` below ``root`` of which a side lacks a label that is asked for."""
    possible = {
        id(node.expression): node.type.possible for node in inference.nodes if isinstance(node.type, SeriesType)
    }

    def labels_of(part: Expression) -> Labels:
        return possible.get(id(part), frozenset())

    asked = [(root, frozenset(promised), "what is recorded")]
    asked += (found for node in (one.expression for one in inference.nodes) for found in _asked(node))
    for part, labels, where in asked:
        sides = list(_sides(part, labels_of))
        for label in sorted(labels):
            carrying = sum(label in side for side in sides)
            if 0 < carrying < len(sides):
                yield f"has an or of which one side never carries {label}, which {where} asks for"
    for node in (one.expression for one in inference.nodes):
        if isinstance(node, Binary) and node.matching is not None and not node.matching.ignoring:
            for side in (node.left, node.right):
                # What is matched with vector() is what lacks the labels.
                if not (isinstance(side, Call) and side.function.text == "vector"):
                    for label in sorted({label.text for label in node.matching.labels} - labels_of(side)):
                        yield f"matches on {label}, which one side of {node.op.text} never carries"


def _asked(node: Expression) -> Iterator[tuple[Expression, Labels, str]]:
    match node:
        case Aggregation() if node.grouping is not None and not node.grouping.without:
            yield node.expression, frozenset(label.text for label in node.grouping.labels), node.op.text
        case Binary() if node.matching is not None and not node.matching.ignoring:
            labels = frozenset(label.text for label in node.matching.labels)
            yield node.left, labels, node.op.text
            yield node.right, labels, node.op.text


def _sides(part: Expression, labels_of: Callable[[Expression], Labels]) -> Iterator[Labels]:
    """The labels that each of the united vectors may carry; one where nothing is united."""
    match part:
        case Paren():
            yield from _sides(part.expression, labels_of)
        case Binary() if part.op.text == "or":
            yield from _sides(part.left, labels_of)
            yield from _sides(part.right, labels_of)
        case Binary() if part.group is not None and not part.group.right:
            added = frozenset(label.text for label in part.group.include)
            yield from (side | added for side in _sides(part.left, labels_of))
        case Binary(right=NumberLiteral()) | Binary(op=Name("and" | "unless")):
            yield from _sides(part.left, labels_of)
        case Aggregation() if part.op.text in ("topk", "bottomk"):
            yield from _sides(part.expression, labels_of)
        case Call() if part.function.text == "label_replace":
            inner = list(_sides(part.arguments[0], labels_of))
            gained = labels_of(part) - labels_of(part.arguments[0])
            yield from (side | gained for side in inner)
        case _:
            yield labels_of(part)
