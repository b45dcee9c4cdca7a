"""
A sum or average of codes: XID errors, health states, recovery actions.

A code names something; the sum of two names nothing. Take `max`, or count the series that have the code.

Bad:

```yaml
expr: sum by (namespace, pod) (DCGM_FI_DEV_XID_ERRORS)
```

Good:

```yaml
expr: max by (namespace, pod) (DCGM_FI_DEV_XID_ERRORS)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.checks.dcgm.rate_of_gauge import COUNTING
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.promql.infer.findings import KindMisuse
from gpurules.promql.types import Kind


def _run(rule: TypedRule) -> Iterator[Note]:
    for found in rule.inference.findings:
        if isinstance(found, KindMisuse) and found.kind is Kind.CODE and found.operation not in COUNTING:
            yield Note(
                f"{found.operation} of a code means nothing", found.span, "use max, or count series with == CODE"
            )


CHECK = ExpressionCheck(Severity.WARNING, _run)
