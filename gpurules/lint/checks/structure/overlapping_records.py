"""
Two rules write one record with the same labels of their own, so that both may write the same series.

Prometheus keeps one of two samples of a series for the same time and counts the other as an error. Whether the two
expressions ever yield the same labels is not known here, hence info. It assumes that they do.

Bad:

```yaml
- record: vm:gpu_power_watts:sum
  expr: sum by (vm) (DCGM_FI_DEV_POWER_USAGE)
- record: vm:gpu_power_watts:sum
  expr: sum by (vm) (DCGM_FI_DEV_POWER_USAGE_INSTANT)
```

Good:

```yaml
- record: vm:gpu_power_watts:sum
  expr: sum by (vm) (DCGM_FI_DEV_POWER_USAGE)
- record: vm:gpu_power_instant_watts:sum
  expr: sum by (vm) (DCGM_FI_DEV_POWER_USAGE_INSTANT)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import WorkspaceCheck
from gpurules.lint.finding import Draft, Severity
from gpurules.lint.pairs import about_another
from gpurules.lint.records import Records
from gpurules.lint.sources.model import Rule, Workspace


def _run(workspace: Workspace, records: Records) -> Iterator[Draft]:
    for rules in records.by_name.values():
        seen: dict[tuple[tuple[str, str], ...], Rule] = {}
        for rule in rules if len(rules) > 1 else ():
            key = tuple(sorted(rule.own_labels.items()))
            first = seen.setdefault(key, rule)
            if first is not rule and first.text != rule.text:
                message = f"{rule.name} is written by another rule as well, whose series may have the same labels"
                yield from about_another(rule, first, message, "rename one, or tell them apart by labels:")


CHECK = WorkspaceCheck(Severity.INFO, _run)
