"""A join is made on another key: without one of its labels, or on a label that names something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Binary, Expression, Matching, Name
from mutation.mutator import Mistake, PossibleLabels

TYPED = True

OTHERS = ("node", "instance", "gpu", "UUID", "job")
"""Labels that name something else; the first that neither side of the operation speaks of is taken."""


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``a * on (k, l) b`` becomes ``a * on (k) b`` and ``a * on (k, other) b``, for each label."""
    if not isinstance(node, Binary) or node.matching is None or node.matching.ignoring:
        return
    labels = node.matching.labels
    taken_over = node.group.include if node.group else ()
    spoken_of = {label.text for label in (*labels, *taken_over)}
    carried = possible(node.left) | possible(node.right)
    for label in labels:
        if label.text in carried:
            left = tuple(other for other in labels if other != label)
            yield Mistake(f"{node.op.text} not on {label.text}", replace(node, matching=Matching(left)))
            other = next(name for name in OTHERS if name not in spoken_of)
            changed = Matching((*left, Name(other)))
            yield Mistake(f"{node.op.text} on {other} for {label.text}", replace(node, matching=changed))
