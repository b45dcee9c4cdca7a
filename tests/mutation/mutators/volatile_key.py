"""An aggregation gets one label more, which changes while the thing stays the same: it makes one of fewer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.promql.syntax.tree import Aggregation, Expression, Grouping, Name
from mutation.mutator import Mistake, PossibleLabels

TYPED = True

VOLATILE = ("instance", "job", "vmi_pod", "pod", "uid", "node", "modelName", "exported_pod")
"""Labels that change with the scrape, the pod or the place, the most volatile first."""


def mutate(node: Expression, possible: PossibleLabels) -> Iterator[Mistake]:
    """``max by (a) (x)`` becomes ``max by (a, instance) (x)``, with the first such label that ``x`` may carry."""
    if not isinstance(node, Aggregation) or (node.grouping and node.grouping.without):
        return
    grouped = node.grouping.labels if node.grouping else ()
    free = possible(node.expression) - {label.text for label in grouped}
    more = next((label for label in VOLATILE if label in free), None)
    if more is not None:
        yield Mistake(f"{node.op.text} by {more} too", replace(node, grouping=Grouping((*grouped, Name(more)))))
