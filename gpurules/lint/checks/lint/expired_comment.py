"""
A comment held until a day that is over, and no longer silences anything.

Bad:

```yaml
# gpurules: disable=structure/names renamed with the next dashboard until 2020-01-31
- record: "up count"
  expr: count(up)
```

Good:

```yaml
# gpurules: disable=structure/names renamed with the next dashboard until 2999-12-31
- record: "up count"
  expr: count(up)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import CommentCheck
from gpurules.lint.finding import Draft, Severity
from gpurules.lint.suppressions.apply import Comments


def _run(comments: Comments) -> Iterator[Draft]:
    for suppression in comments.suppressions:
        if suppression.expired(comments.today):
            yield Draft(
                f"this comment held until {suppression.written.until}",
                suppression.comment,
                "repair what it silenced, or give it a new day",
                rule=suppression.rule,
            )


CHECK = CommentCheck(Severity.WARNING, _run)
