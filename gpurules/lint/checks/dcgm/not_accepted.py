"""
A name of a DCGM field that none of the releases of dcgm-exporter in use (`--exporter`) knows.

A counters file with that name stops such an exporter at its start, so no series of that name exists. Without
`--exporter` every release may be in use, and nothing is said.

Bad:

```yaml
expr: max by (gpu) (DCGM_FI_DEV_GPU_UTIL_RATIO)
```

Good:

```yaml
expr: max by (gpu) (DCGM_FI_DEV_GPU_UTIL)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.catalog.exporters import accepts, releases
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule


def _run(rule: TypedRule) -> Iterator[Note]:
    target = rule.target
    if not target.exporters_named:
        return
    for selector, metric in rule.selectors:
        field = target.field(metric)
        if field is None or any(accepts(release, metric) for release in target.exporters):
            continue
        having = [release.name for release in releases() if accepts(release, metric)]
        if not having:
            continue
        there = [name for name in field.names if any(accepts(release, name) for release in target.exporters)]
        listed = ", ".join(release.name for release in target.exporters[:3])
        yield Note(
            f"dcgm-exporter {listed} does not know {metric}; it exists from {having[0]} to {having[-1]}",
            selector.name.span if selector.name is not None else selector.span,
            f"there the field is called {there[-1]}" if there else "",
        )


CHECK = ExpressionCheck(Severity.ERROR, _run)
