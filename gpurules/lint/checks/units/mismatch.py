"""
Numbers of different units are added, subtracted, compared or united.

`DCGM_FI_DEV_GPU_UTIL` is percent, `DCGM_FI_PROF_GR_ENGINE_ACTIVE` a ratio from 0 to 1; memory is in MiB, energy in
millijoules.

Bad:

```yaml
expr: DCGM_FI_DEV_GPU_UTIL > on (gpu, UUID) DCGM_FI_PROF_GR_ENGINE_ACTIVE
```

Good:

```yaml
expr: DCGM_FI_DEV_GPU_UTIL / 100 > on (gpu, UUID) DCGM_FI_PROF_GR_ENGINE_ACTIVE
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.lint.values import unit_words
from gpurules.promql.infer.findings import UnitMismatch


def _run(rule: TypedRule) -> Iterator[Note]:
    for found in rule.inference.findings:
        if isinstance(found, UnitMismatch):
            message = f"{found.operator} of different units: {unit_words(found.left)} and {unit_words(found.right)}"
            yield Note(message, found.span, "bring both to one unit first")


CHECK = ExpressionCheck(Severity.WARNING, _run)
