"""
An expression is not PromQL. Two independent parsers refuse it.

Prometheus refuses the whole file.

Bad:

```yaml
expr: sum by (vm (DCGM_FI_DEV_POWER_USAGE)
```

Good:

```yaml
expr: sum by (vm) (DCGM_FI_DEV_POWER_USAGE)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import SyntaxCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.sources.model import Rule
from gpurules.lint.syntax import Refusal, refusal
from gpurules.promql.syntax.problem import SyntaxProblem


def _run(rule: Rule, problem: SyntaxProblem) -> Iterator[Note]:
    if refusal(rule.text, problem) is Refusal.WRONG:
        yield Note(problem.message, problem.span, problem.advice)


CHECK = SyntaxCheck(Severity.ERROR, _run)
