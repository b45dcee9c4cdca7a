"""
A comment disables a check that finds nothing there.

The rule was repaired, or the comment stands in the wrong place. Left where it is, it would hide the next finding.

Bad:

```yaml
# gpurules: disable=structure/cycle kept on purpose
groups:
  - name: gpus
    rules:
      - record: gpus:count
        expr: count(DCGM_FI_DEV_GPU_TEMP)
```

Good:

```yaml
groups:
  - name: gpus
    rules:
      - record: gpus:count
        expr: count(DCGM_FI_DEV_GPU_TEMP)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import CommentCheck
from gpurules.lint.finding import Draft, Place, Severity
from gpurules.lint.suppressions import Comments


def _run(comments: Comments) -> Iterator[Draft]:
    for one in comments.unused:
        listed = ", ".join(sorted(one.checks)[:3])
        yield Draft(
            f"this comment disables nothing: {listed} finds nothing here", Place(one.source, one.span), "remove it"
        )


CHECK = CommentCheck(Severity.WARNING, _run)
