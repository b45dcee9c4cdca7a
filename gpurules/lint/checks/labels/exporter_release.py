"""
A label that dcgm-exporter has in other releases than those in use (`--exporter`).

The label with the host's name is `Hostname` up to 4.8.2 and `hostname` from 4.8.3 on. A rule written for one spelling
is silently empty, or adds up everything, on the other. Without `--exporter` every release may be in use, and nothing is
said.

Bad:

```yaml
expr: max by (Hostname) (DCGM_FI_DEV_GPU_TEMP)
```

Good:

```yaml
expr: max by (hostname) (DCGM_FI_DEV_GPU_TEMP)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.labels.dcgm import exposed_labels
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule, selectors_below
from gpurules.lint.used_labels import is_positive, matchers, uses
from gpurules.text.span import Span


def _run(rule: TypedRule) -> Iterator[Note]:
    if not rule.target.exporters_named:
        return
    asked = [(metric, one.label.text, one.label.span) for metric, one in matchers(rule) if is_positive(one)]
    for use in uses(rule):
        asked.extend(
            (metric, use.label, use.span)
            for _, metric in selectors_below(use.node)
            if use.label in use.series.possible or use.series.open
        )
    told: set[Span] = set()
    for metric, label, span in asked:
        field = rule.target.field(metric)
        if field is None or span in told:
            continue
        entity = field.entity.value
        ever = exposed_labels(entity)
        now = exposed_labels(entity, (release.name for release in rule.target.exporters))
        if label in ever and label not in now:
            told.add(span)
            other = next((one for one in sorted(now) if one.casefold() == label.casefold()), "")
            listed = ", ".join(release.name for release in rule.target.exporters[:3])
            yield Note(
                f"dcgm-exporter {listed} has no label {label}",
                span,
                f"there it is {other}" if other else "",
            )


CHECK = ExpressionCheck(Severity.WARNING, _run)
