"""
A name of a DCGM field that newer releases replaced, while every release in use (`--exporter`) knows the new one.

Info: it assumes that your counters file may change to the new name as well. Where counters files are given
(`--counters`) they decide, and nothing is said; nor is it where dcgm-exporter's own default file has the old name.

Bad:

```yaml
expr: max by (gpu) (DCGM_FI_DEV_MEM_MAX_OP_TEMP)
```

Good:

```yaml
expr: max by (gpu) (DCGM_FI_DEV_MEMORY_MAX_OP_TEMP_CELSIUS)
```
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from gpurules.catalog.exporters import accepts
from gpurules.catalog.load import load_catalog
from gpurules.catalog.resolve import default_selection
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule


@cache
def _exported_by_default() -> frozenset[str]:
    return frozenset(counter.name for counter in default_selection(load_catalog()).counters)


def _run(rule: TypedRule) -> Iterator[Note]:
    target = rule.target
    if not target.exporters_named or target.selection is not None:
        return
    for selector, metric in rule.selectors:
        if metric in _exported_by_default():
            continue
        field = target.field(metric)
        if field is None or metric == field.name or selector.name is None:
            continue
        if all(accepts(release, field.name) for release in target.exporters):
            message = f"{metric} is called {field.name} now, and every exporter in use knows that name"
            yield Note(message, selector.name.span)


CHECK = ExpressionCheck(Severity.INFO, _run)
