"""
What an operation leaves of the labels makes two series equal: Prometheus stops the rule with *vector cannot contain
metrics with the same labelset*.

It happens where the metric name is dropped from series of several names, and where `label_replace` overwrites the only
label that differs.

Bad:

```yaml
expr: label_replace(max by (namespace, pod, gpu) (DCGM_FI_DEV_FB_USED), "gpu", "all", "", "")
```

Good:

```yaml
expr: label_replace(max by (namespace, pod) (DCGM_FI_DEV_FB_USED), "gpu", "all", "", "")
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
        if failure.code == "E1" and judged.story:
            yield Note(
                "the rule stops: series become equal here",
                failure.span,
                "aggregate first, so that one series is left for each set of labels",
                (Because(failure.reason_span, judged.story),),
            )


CHECK = ExpressionCheck(Severity.ERROR, _run)
