"""
A comment silences a check that finds nothing there.

The rule was repaired, or the comment stands in the wrong place: it is about the rule on whose lines it stands, or that
comes after it, else about the group, else about the file. Left in place, it would hide the next mistake.

Bad:

```yaml
# gpurules: disable=dcgm/rate-of-gauge the dashboard shows how fast it warms up
- record: vm:gpu_temp_celsius:max
  expr: max by (namespace, pod) (DCGM_FI_DEV_GPU_TEMP)
```

Good:

```yaml
# gpurules: disable=dcgm/rate-of-gauge the dashboard shows how fast it warms up
- record: vm:gpu_temp_celsius:rate5m
  expr: max by (namespace, pod) (rate(DCGM_FI_DEV_GPU_TEMP[5m]))
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import CommentCheck
from gpurules.lint.finding import Draft, Edit, Place, Severity
from gpurules.lint.suppressions.apply import Comments
from gpurules.lint.suppressions.model import Suppression
from gpurules.lint.suppressions.reading import checks_of
from gpurules.text.span import Span


def _run(comments: Comments) -> Iterator[Draft]:
    for suppression in comments.suppressions:
        words = suppression.written.words
        idle = [(span, word) for span, word in words if comments.idle(suppression, checks_of([word]))]
        edits = _without(suppression) if idle and len(idle) == len(words) else ()
        for span, word in idle:
            yield Draft(
                f"{word} finds nothing in this {suppression.covers}",
                suppression.place(span),
                "remove it from the comment" if len(words) > 1 else "remove the comment",
                edits=edits,
                rule=suppression.rule,
            )
            edits = ()


def _without(suppression: Suppression) -> tuple[Edit, ...]:
    """The removal of the comment, with its line where nothing else stands there. None inside an expression."""
    comment = suppression.comment
    if comment.scalar is not None:
        return ()
    text = comment.source.text
    start, end = comment.span.start, comment.span.end
    while start and text[start - 1] in " \t":
        start -= 1
    if (start == 0 or text[start - 1] == "\n") and end < len(text):
        end = text.find("\n", end) + 1 or len(text)
    return (Edit(Place(comment.source, Span(start, end)), ""),)


CHECK = CommentCheck(Severity.WARNING, _run)
