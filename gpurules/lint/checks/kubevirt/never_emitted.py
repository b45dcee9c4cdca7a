"""
A metric of KubeVirt that the release declares and never emits.

`kubevirt_vmi_gpu_info` has no series in any release up to v1.9.0: its collector returns before it looks at anything.

Bad:

```yaml
expr: count by (node) (kubevirt_vmi_gpu_info)
```

Good:

```yaml
expr: count by (node) (kubevirt_vmi_info)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule

NEVER_EMITTED = {"kubevirt_vmi_gpu_info": ("v1.9",)}
"""Metric -> the releases in which it is declared and never emitted (main gained the repair after 2026-08-22)."""


def _run(rule: TypedRule) -> Iterator[Note]:
    release = rule.target.kubevirt
    for selector, metric in rule.selectors:
        if release in NEVER_EMITTED.get(metric, ()):
            span = selector.name.span if selector.name is not None else selector.span
            yield Note(f"KubeVirt {release} declares {metric} and never emits a series of it", span)


CHECK = ExpressionCheck(Severity.WARNING, _run)
