"""
A regular expression of a label matcher is not one of RE2, the dialect of Prometheus.

Lookaheads, backreferences and possessive quantifiers of other dialects do not exist there; Prometheus refuses the whole
file.

Bad:

```yaml
expr: DCGM_FI_DEV_GPU_TEMP{pod=~"(?!virt-launcher).*"}
```

Good:

```yaml
expr: DCGM_FI_DEV_GPU_TEMP{pod!~"virt-launcher.*"}
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
    if refusal(rule.text, problem) is Refusal.REGEX:
        yield Note(problem.message, problem.span, problem.advice or "Prometheus reads RE2")


CHECK = SyntaxCheck(Severity.ERROR, _run)
