"""
Records read each other in a circle, or one reads itself.

Each evaluation then builds on the one before: a start from nothing yields nothing for ever, and a wrong value never
leaves. Where a rule reads itself on purpose (to keep a maximum, say), disable this check on it.

Bad:

```yaml
- record: vm:gpu_power_watts:max
  expr: vm:gpu_power_watts:max or sum by (vm) (DCGM_FI_DEV_POWER_USAGE)
```

Good:

```yaml
- record: vm:gpu_power_watts:max1d
  expr: max_over_time(vm:gpu_power_watts:sum[1d])
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import WorkspaceCheck
from gpurules.lint.finding import Draft, Reason, Severity, place_of
from gpurules.lint.reading import place_of_metric
from gpurules.lint.records import Records
from gpurules.lint.sources.model import Workspace


def _run(workspace: Workspace, records: Records) -> Iterator[Draft]:
    for circle in records.circles:
        first = records.by_name[circle[0]][0]
        following = circle[1] if len(circle) > 1 else circle[0]
        others = [records.by_name[name][0].record for name in circle[1:]]
        what = " reads " + " reads ".join((*circle[1:], circle[0])) if len(circle) > 1 else " reads itself"
        yield Draft(
            f"{circle[0]}{what if len(what) < 500 else what[:500] + '...'}",
            place_of_metric(first, following),
            "break the circle",
            tuple(Reason(place_of(other), "in the circle") for other in others[:5] if other is not None),
            rule=first,
        )


CHECK = WorkspaceCheck(Severity.WARNING, _run)
