"""
`group_left` or `group_right` overwrites the only label that tells two series of the many side apart: Prometheus stops
the rule with *multiple matches for labels: grouping labels must ensure unique matches*.

Bad:

```yaml
expr: |
  sum by (namespace, pod, gpu) (DCGM_FI_DEV_FB_USED)
  * on (namespace, pod) group_left (gpu) group by (namespace, pod, gpu) (node_gpu{gpu="0"})
```

Good:

```yaml
expr: |
  sum by (namespace, pod, gpu) (DCGM_FI_DEV_FB_USED)
  * on (namespace, pod) group_left (node) group by (namespace, pod, node) (node_gpu{gpu="0"})
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
        if failure.code == "E4" and judged.story:
            yield Note(
                "the rule stops: the group labels overwrite what tells the series of the many side apart",
                failure.span,
                "copy the label under another name: label_replace it on the one side first",
                (Because(failure.reason_span, judged.story),),
            )


CHECK = ExpressionCheck(Severity.ERROR, _run)
