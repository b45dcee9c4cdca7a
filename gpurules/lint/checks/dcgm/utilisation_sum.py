"""
A sum of utilisations.

Eight GPUs at 50 % make 400 %. Take the average, or the maximum.

Bad:

```yaml
expr: sum by (namespace, pod) (DCGM_FI_DEV_GPU_UTIL)
```

Good:

```yaml
expr: avg by (namespace, pod) (DCGM_FI_DEV_GPU_UTIL)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule, bare, selectors_below
from gpurules.lint.values import plain_field
from gpurules.promql.syntax.tree import Aggregation, Binary
from gpurules.promql.types import Kind


def _run(rule: TypedRule) -> Iterator[Note]:
    for node in rule.nodes:
        if not isinstance(node, Aggregation) or node.op.text != "sum":
            continue
        series = rule.series_of(node.expression)
        field = plain_field(rule, bare(node.expression))
        if series is None or series.kind is not Kind.RATIO or field is None or field.combine != "avg":
            continue
        above = rule.parent_of(node)
        if not isinstance(above, Binary) or above.op.text not in ("/", "-"):
            metric = next((metric for _, metric in selectors_below(node)), field.name)
            message = f"a sum of {metric} exceeds 100 % as soon as there are several GPUs"
            yield Note(message, node.op.span, "use avg or max")


CHECK = ExpressionCheck(Severity.WARNING, _run)
