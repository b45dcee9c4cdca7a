"""
Several series of the left side match one series of the right, and `group_left` does not say so: Prometheus stops the
rule with *multiple matches for labels: many-to-one matching must be explicit*.

A VM with two GPUs is enough.

Bad:

```yaml
expr: DCGM_FI_DEV_FB_USED * on (namespace, pod) group by (namespace, pod) (kube_pod_info)
```

Good:

```yaml
expr: DCGM_FI_DEV_FB_USED * on (namespace, pod) group_left () group by (namespace, pod) (kube_pod_info)
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
        if failure.code == "E3" and judged.story:
            yield Note(
                "the rule stops: several series on the left match one on the right, and group_left does not say so",
                failure.span,
                "write group_left () behind the matching, or aggregate the left side first",
                (Because(failure.reason_span, judged.story),),
            )


CHECK = ExpressionCheck(Severity.ERROR, _run)
