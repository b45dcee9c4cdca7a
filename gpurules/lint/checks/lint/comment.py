"""
A comment for gpurules that it does not understand, or that does not say why.

A comment that silences a check names it, gives the reason, and may end with the last day on which it holds. A check or
a day that is misspelt silences nothing. What cannot be read as YAML, and what is said of the comments themselves,
cannot be silenced.

Bad:

```yaml
# gpurules: disable=structure/nmaes a dashboard reads this name
- record: vm-gpu-power
  expr: sum(DCGM_FI_DEV_POWER_USAGE)
```

Good:

```yaml
# gpurules: disable=structure/names a dashboard reads this name until 2999-12-31
- record: vm-gpu-power
  expr: sum(DCGM_FI_DEV_POWER_USAGE)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import CommentCheck
from gpurules.lint.finding import Draft, Severity
from gpurules.lint.selection import unknown_check
from gpurules.lint.suppressions.apply import Comments
from gpurules.lint.suppressions.limits import can_be_silenced
from gpurules.lint.suppressions.reading import checks_of


def _run(comments: Comments) -> Iterator[Draft]:
    for suppression in comments.suppressions:
        rule = suppression.rule
        for mistake in suppression.written.mistakes:
            yield Draft(mistake.message, suppression.place(mistake.span), mistake.advice, rule=rule)
        for span, word in suppression.written.words:
            if not can_be_silenced(word):
                yield Draft(f"{word} cannot be silenced", suppression.place(span), "remove it here", rule=rule)
            elif not checks_of([word]):
                problem = unknown_check(word, "")
                message = problem.message.removeprefix(": ")
                yield Draft(message, suppression.place(span), problem.advice, rule=rule)


CHECK = CommentCheck(Severity.WARNING, _run)
