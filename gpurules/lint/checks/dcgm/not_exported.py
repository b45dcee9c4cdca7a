"""
A DCGM field that the given counters files (`--counters`) do not export.

The rule is silently empty. Without `--counters` nothing is said, nor is it where the rule reads the field under the
name that is exported as well.

Bad:

```yaml
expr: max by (gpu) (DCGM_FI_DEV_MEMORY_TEMP)
```

Good:

```yaml
expr: avg by (namespace, pod) (DCGM_FI_DEV_GPU_TEMP)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule


def _run(rule: TypedRule) -> Iterator[Note]:
    selection = rule.target.selection
    if selection is None:
        return
    exported = {counter.name: counter.field for counter in selection.counters}
    # A rule for several exporters reads a field under each of its names.
    read = {exported[metric].id for _, metric in rule.selectors if metric in exported}
    for selector, metric in rule.selectors:
        field = rule.target.field(metric)
        if field is None or metric in exported or field.id in read:
            continue
        other = next((name for name, one in exported.items() if one.id == field.id), "")
        yield Note(
            f"{metric} is not in {', '.join(selection.sources[:3])}",
            selector.name.span if selector.name is not None else selector.span,
            f"there the field is called {other}" if other else f"add a row for {metric}, or drop the rule",
        )


CHECK = ExpressionCheck(Severity.WARNING, _run)
