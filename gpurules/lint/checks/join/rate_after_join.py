"""
A rate is taken of what a join yields, not of the counter.

The join can blink and its labels change, and each time the rate sees a new series or a reset: it dips, or shows a jump.
Take the rate of the counter itself, then join.

Bad:

```yaml
expr: rate((DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION * on (namespace, pod) group_left () kube_pod_info)[5m:])
```

Good:

```yaml
expr: rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION[5m]) * on (namespace, pod) group_left () kube_pod_info
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Because, Note, Severity
from gpurules.lint.joins import SET_OPERATORS
from gpurules.lint.records import tree_of
from gpurules.lint.typed import TypedRule
from gpurules.promql.syntax.tree import (
    Binary,
    Call,
    Expression,
    MatrixSelector,
    NumberLiteral,
    Subquery,
    walk,
)

RATES = ("rate", "irate", "increase")


def _run(rule: TypedRule) -> Iterator[Note]:
    for node in rule.nodes:
        if not isinstance(node, Call) or node.function.text not in RATES or not node.arguments:
            continue
        argument = node.arguments[0]
        if isinstance(argument, Subquery):
            join = _join_in(argument.expression)
            if join is not None:
                because = (Because(join.op.span, "the join"),)
                yield Note(f"{node.function.text} of a join", node.function.span, _ADVICE, because)
        elif isinstance(argument, MatrixSelector) and argument.selector.name is not None:
            record = argument.selector.name
            for writer in rule.records.by_name.get(record.text, ()):
                tree = tree_of(writer.text)
                if tree is not None and _join_in(tree) is not None:
                    yield Note(
                        f"{node.function.text} of {record.text}, which is the result of a join", record.span, _ADVICE
                    )
                    break


_ADVICE = "take the rate of the counter first, then join"


def _join_in(tree: Expression) -> Binary | None:
    for node in walk(tree):
        if isinstance(node, Call) and node.function.text in RATES:
            return None
        if not isinstance(node, Binary) or node.op.text in SET_OPERATORS:
            continue
        if not isinstance(node.left, NumberLiteral) and not isinstance(node.right, NumberLiteral):
            return node if node.group is not None or node.matching is not None else None
    return None


CHECK = ExpressionCheck(Severity.WARNING, _run)
