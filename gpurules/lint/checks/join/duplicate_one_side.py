"""
The one side of a join has several series for one match group, so that Prometheus stops the rule: *found duplicate
series for the match group ... many-to-many matching not allowed*.

One such group is enough to stop the rule for the whole fleet. `kubevirt_vmi_info` is the usual case: at a fail-over of
virt-controller two series of one VM are visible for up to a minute, and they differ in `instance` and `pod`. Take one
of them: `max by` the labels you need where the key fixes the rest, else `topk by (KEY) (1, timestamp(...))`, which
takes the one that was scraped last.

Bad:

```yaml
expr: |
  sum by (namespace, name) (kubevirt_vmi_vcpu_seconds_total)
  * on (namespace, name) group_left (phase) kubevirt_vmi_info
```

Good:

```yaml
expr: |
  sum by (namespace, name) (kubevirt_vmi_vcpu_seconds_total)
  * on (namespace, name) group_left (phase)
    group by (namespace, name, phase) (topk by (namespace, name) (1, timestamp(kubevirt_vmi_info)))
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.evidence import judged_failures
from gpurules.lint.finding import Because, Note, Severity
from gpurules.lint.typed import TypedRule


def _run(rule: TypedRule) -> Iterator[Note]:
    for judged in judged_failures(rule):
        failure = judged.failure
        if failure.code == "E2" and judged.story:
            yield Note(
                "the rule stops with many-to-many matching: the one side may have several series for one group",
                failure.span,
                "take one series for each group: topk by (" + ", ".join(sorted(failure.key)) + ") (1, timestamp(...))",
                (Because(failure.reason_span, judged.story),),
            )


CHECK = ExpressionCheck(Severity.ERROR, _run)
