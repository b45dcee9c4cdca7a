"""
A series of dcgm-exporter that no DCGM field has the name of.

The rule is silently empty. An error where a field of nearly that name exists; else info, since it assumes that DCGM
has no newer field of that name.

Bad:

```yaml
expr: max by (gpu) (DCGM_FI_DEV_GPU_TMEP)
```

Good:

```yaml
expr: max by (gpu) (DCGM_FI_DEV_GPU_TEMP)
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.target import is_dcgm_name
from gpurules.lint.typed import TypedRule
from gpurules.text.nearest import did_you_mean


def _run(rule: TypedRule) -> Iterator[Note]:
    for selector, metric in rule.selectors:
        if not is_dcgm_name(metric) or rule.target.field(metric) is not None or rule.records.is_record(metric):
            continue
        known = [name for name in rule.target.catalog.by_name if is_dcgm_name(name)]
        near = did_you_mean(metric, known)
        span = selector.name.span if selector.name is not None else selector.span
        message = f"DCGM {rule.target.catalog.release} has no field {metric}"
        yield Note(message, span, near or _part_of_it(metric, known), severity=None if near else Severity.INFO)


def _part_of_it(metric: str, known: Iterable[str]) -> str:
    """A suggestion where one name is the beginning of the other, as with units that are written out."""
    begun = [name for name in known if metric.startswith(name)]
    going_on = [name for name in known if name.startswith(metric)]
    if not begun and not going_on:
        return ""
    return f"is {max(begun, key=len) if begun else min(going_on, key=len)} meant?"


CHECK = ExpressionCheck(Severity.ERROR, _run)
