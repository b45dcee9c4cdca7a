"""
An expression cannot be judged: it uses syntax of another release, of a feature flag, or of MetricsQL, the two parsers
disagree about it, or it is longer or deeper than what is read safely.

It may well be right. Nothing else is checked in this rule, and what it records is taken as unknown.

Bad:

```yaml
expr: rate(DCGM_FI_DEV_PCIE_REPLAY_COUNTER[5m] anchored)
```

Good:

```yaml
expr: rate(DCGM_FI_DEV_PCIE_REPLAY_COUNTER[5m])
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
    if refusal(rule.text, problem) is Refusal.UNSUPPORTED:
        message = f"the expression is not checked: {problem.message}"
        yield Note(message, problem.span, problem.advice or "it may be right for your Prometheus")


CHECK = SyntaxCheck(Severity.INFO, _run)
