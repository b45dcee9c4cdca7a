"""
`rate`, `irate` or `increase` of numbers that do not count up.

Each fall looks like the restart of a counter, and the result is nonsense. Some DCGM fields that are called TOTAL or
declared as counters are gauges or rates already: `DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL` is in MB/s,
`DCGM_FI_PROF_PCIE_TX_BYTES` in bytes per second.

Bad:

```yaml
expr: rate(DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL[5m])
```

Good:

```yaml
expr: avg_over_time(DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL[5m])
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.promql.infer.findings import KindMisuse
from gpurules.promql.types import Kind

COUNTING = ("rate", "irate", "increase")
_INSTEAD = {
    Kind.CODE: "use max_over_time, or changes",
    Kind.FLAG: "use max_over_time, or changes",
    Kind.RATE: "use avg_over_time",
    Kind.INFO: "use last_over_time",
}


def _run(rule: TypedRule) -> Iterator[Note]:
    for found in rule.inference.findings:
        if isinstance(found, KindMisuse) and found.operation in COUNTING and found.kind is not Kind.UNKNOWN:
            kind = "a rate already" if found.kind is Kind.RATE else f"a {found.kind.value}, not a counter"
            advice = _INSTEAD.get(found.kind, "use avg_over_time, or delta")
            yield Note(f"{found.operation} of what is {kind}", found.span, advice)


CHECK = ExpressionCheck(Severity.WARNING, _run)
