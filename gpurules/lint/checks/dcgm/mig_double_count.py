"""
A sum over a field that is measured for the whole GPU, which DCGM repeats on every MIG instance.

With MIG, power, energy and PCIe counters of one GPU are counted once for each instance. Info: it assumes that MIG may
be on. Take `max by (UUID)` first.

Bad:

```yaml
expr: sum by (namespace, pod) (DCGM_FI_DEV_POWER_USAGE)
```

Good:

```yaml
expr: sum by (namespace, pod) (max by (namespace, pod, UUID) (DCGM_FI_DEV_POWER_USAGE))
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.catalog.field import Entity, Grain
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule, bare, selectors_below
from gpurules.lint.values import plain_field
from gpurules.promql.syntax.tree import Aggregation


def _run(rule: TypedRule) -> Iterator[Note]:
    for node in rule.nodes:
        if not isinstance(node, Aggregation) or node.op.text != "sum":
            continue
        field = plain_field(rule, bare(node.expression))
        if field is None or field.entity is not Entity.GPU or field.grain is not Grain.GPU or field.combine != "sum":
            continue
        message = f"with MIG {_metric(node)} of one GPU is counted once for each instance"
        yield Note(message, node.op.span, "aggregate max by (UUID, ...) first")


def _metric(node: Aggregation) -> str:
    """The name that the expression gives to the field."""
    return next((metric for _, metric in selectors_below(node)), "the value")


CHECK = ExpressionCheck(Severity.INFO, _run)
