"""
A name of a DCGM field that newer releases replaced, while every release in use (`--exporter`) knows the new one.

Info: it assumes that your counters file may change to the new name as well. Where counters files are given
(`--counters`) they decide, and nothing is said.

Bad:

```yaml
expr: max by (gpu) (DCGM_FI_DEV_GPU_UTIL)
```

Good:

```yaml
expr: max by (gpu) (DCGM_FI_DEV_GPU_UTIL_RATIO)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.catalog.exporters import accepts
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule


def _run(rule: TypedRule) -> Iterator[Note]:
    target = rule.target
    if not target.exporters_named or target.selection is not None:
        return
    for selector, metric in rule.selectors:
        field = target.field(metric)
        if field is None or metric == field.name or selector.name is None:
            continue
        if all(accepts(release, field.name) for release in target.exporters):
            message = f"{metric} is called {field.name} now, and every exporter in use knows that name"
            yield Note(message, selector.name.span)


CHECK = ExpressionCheck(Severity.INFO, _run)
