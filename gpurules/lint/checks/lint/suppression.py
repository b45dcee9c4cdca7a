"""
A comment that should disable a check is not understood, names no check, gives no reason, or has expired.

`# gpurules: disable=CHECK[,CHECK] [until=YYYY-MM-DD] why` above or in a rule, above a group or on its first line, or at
the top of a document. CHECK is an identifier or a group of checks. After its date a comment has no effect.

Bad:

```yaml
# gpurules: disable=structure/lagg the two need not agree
groups:
  - name: gpus
```

Good:

```yaml
# gpurules: disable=structure/lag the two need not agree
groups:
  - name: gpus
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import CommentCheck
from gpurules.lint.finding import Draft, Severity
from gpurules.lint.suppressions import Comments


def _run(comments: Comments) -> Iterator[Draft]:
    for complaint in comments.complaints:
        yield Draft(complaint.message, complaint.place, complaint.advice)


CHECK = CommentCheck(Severity.WARNING, _run)
