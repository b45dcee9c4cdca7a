"""
A DCGM field that is text, a label or binary, used as a series.

dcgm-exporter up to 4.8.2 writes the text into the exposition, and the whole scrape fails; later releases answer with an
error. Such fields can only be rows of type `label` in a counters file.

Bad:

```yaml
expr: count by (gpu) (DCGM_FI_DEV_NAME)
```

Good:

```yaml
expr: count by (gpu, modelName) (DCGM_FI_DEV_GPU_TEMP)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.catalog.field import FieldKind
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule


def _run(rule: TypedRule) -> Iterator[Note]:
    for selector, metric in rule.selectors:
        field = rule.target.field(metric)
        if field is not None and field.kind in (FieldKind.LABEL, FieldKind.NOT_A_NUMBER):
            yield Note(
                f"{metric} is {field.refusal or 'no number: it has no series'}",
                selector.name.span if selector.name is not None else selector.span,
            )


CHECK = ExpressionCheck(Severity.ERROR, _run)
