"""
A rule reads a record of another group.

Groups are evaluated side by side, so the value may be up to one interval old. That is right for most rules; it assumes
that the two should agree at one instant.

Bad:

```yaml
groups:
  - name: vms
    rules:
      - record: vm:gpu_power_watts:sum
        expr: sum by (vm) (DCGM_FI_DEV_POWER_USAGE)
  - name: cluster
    rules:
      - record: cluster:gpu_power_watts:sum
        expr: sum(vm:gpu_power_watts:sum)
```

Good:

```yaml
groups:
  - name: gpus
    rules:
      - record: vm:gpu_power_watts:sum
        expr: sum by (vm) (DCGM_FI_DEV_POWER_USAGE)
      - record: cluster:gpu_power_watts:sum
        expr: sum(vm:gpu_power_watts:sum)
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
    if not records.by_name:
        return
    for document in workspace.documents:
        for group in document.groups:
            here = {rule.record.text for rule in group.rules if rule.record is not None}
            for rule in group.rules:
                for read in sorted(records.read_by(rule) - here) if rule.record is not None else ():
                    writer = records.by_name[read][0].record
                    if writer is not None and read not in records.cyclic:
                        yield Draft(
                            f"{read} comes from another group, so its value may be one interval old",
                            place_of_metric(rule, read),
                            "put both rules in one group where they must agree",
                            (Reason(place_of(writer), "written here"),),
                            rule=rule,
                        )


CHECK = WorkspaceCheck(Severity.INFO, _run)
