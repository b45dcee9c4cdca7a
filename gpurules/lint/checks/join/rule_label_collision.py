"""
The labels that a rule sets overwrite what tells its series apart: Prometheus stops the rule with *vector contains
metrics with the same labelset after applying rule labels*.

Bad:

```yaml
- record: vm_gpu:memory_used_bytes:max
  expr: max by (namespace, pod, gpu) (DCGM_FI_DEV_FB_USED)
  labels:
    gpu: all
```

Good:

```yaml
- record: vm_gpu:memory_used_bytes:max
  expr: max by (namespace, pod) (DCGM_FI_DEV_FB_USED)
  labels:
    gpu: all
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.evidence import GPU_DOMAINS
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.promql.infer.records import record_type
from gpurules.promql.types import SeriesType


def _run(rule: TypedRule) -> Iterator[Note]:
    series = rule.inference.type
    if not rule.labels or not isinstance(series, SeriesType) or series.open:
        return
    _, failure = record_type(rule.name, series, rule.labels)
    if failure is None or not failure.varying:
        return
    told_apart = {label for label in series.possible if series.domains.get(label) in GPU_DOMAINS}
    if told_apart and failure.varying == told_apart:
        listed = " and ".join(sorted(told_apart))
        yield Note(
            f"the rule stops: its own label overwrites {listed}, which alone tells the GPUs of a VM apart",
            rule.tree.span,
            "aggregate that label away first, or give the rule's label another name",
        )


CHECK = ExpressionCheck(Severity.ERROR, _run)
