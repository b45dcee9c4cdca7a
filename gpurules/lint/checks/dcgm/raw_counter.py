"""
A counter of DCGM is added up, averaged, or compared with a number other than 0, without its growth being taken first.

DCGM's counters count since the driver was loaded: an alert on the count fires for ever once the number is reached, and
falls silent at a restart; a sum falls whenever a GPU goes away, which a later `rate` takes for a restart. Info: it
assumes that growth is meant, which `rate` and `increase` give.

Bad:

```yaml
- alert: GpuReplays
  expr: DCGM_FI_DEV_PCIE_REPLAY_COUNTER > 100
```

Good:

```yaml
- alert: GpuReplays
  expr: increase(DCGM_FI_DEV_PCIE_REPLAY_COUNTER[1h]) > 100
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.target import is_dcgm_name
from gpurules.lint.typed import TypedRule, bare, selectors_below
from gpurules.promql.syntax.tree import Aggregation, Binary, Expression, NumberLiteral
from gpurules.promql.types import Kind, SeriesType


def _run(rule: TypedRule) -> Iterator[Note]:
    for node in rule.nodes:
        if isinstance(node, Aggregation) and node.op.text in ("sum", "avg") and _is_counter(rule, node.expression):
            yield Note(f"{node.op.text} of a counter since the driver was loaded", node.op.span, "take the rate first")
        if not rule.alert or not isinstance(node, Binary) or node.op.text not in (">", ">="):
            continue
        limit = bare(node.right)
        if isinstance(limit, NumberLiteral) and limit.value != 0 and _is_counter(rule, node.left):
            message = "a counter since the driver was loaded is compared with a number, if growth is meant"
            yield Note(message, node.op.span, "compare increase(...[1h])")


def _is_counter(rule: TypedRule, node: Expression) -> bool:
    series = rule.type_of(node)
    if not isinstance(series, SeriesType) or series.kind is not Kind.COUNTER:
        return False
    return all(is_dcgm_name(metric) for _, metric in selectors_below(node))


CHECK = ExpressionCheck(Severity.INFO, _run)
