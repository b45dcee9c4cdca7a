"""
An alert compares a counter with a number other than 0.

DCGM's counters count since the driver was loaded, so the alert fires for ever once the number is reached, and falls
silent at a restart. Info: it assumes that growth is meant, which `increase` gives.

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
from gpurules.promql.syntax.tree import Binary, NumberLiteral
from gpurules.promql.types import Kind


def _run(rule: TypedRule) -> Iterator[Note]:
    for node in rule.nodes if rule.alert else ():
        if not isinstance(node, Binary) or node.op.text not in (">", ">="):
            continue
        limit = bare(node.right)
        series = rule.series_of(node.left)
        if not isinstance(limit, NumberLiteral) or limit.value == 0 or series is None:
            continue
        if series.kind is Kind.COUNTER and all(is_dcgm_name(metric) for _, metric in selectors_below(node.left)):
            message = "a counter since the driver was loaded is compared with a number, if growth is meant"
            yield Note(message, node.op.span, "compare increase(...[1h])")


CHECK = ExpressionCheck(Severity.INFO, _run)
