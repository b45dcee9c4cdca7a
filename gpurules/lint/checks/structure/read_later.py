"""
A rule reads a record that a later rule of the same group writes.

The rules of a group are evaluated in order, so it always sees the value of the evaluation before: at a start, after a
change of labels and at each restart it sees nothing, and otherwise it lags by one interval. A record that is read over
a range of time is left alone.

Bad:

```yaml
- record: cluster:gpu_power_watts:sum
  expr: sum(vm:gpu_power_watts:sum)
- record: vm:gpu_power_watts:sum
  expr: sum by (vm) (DCGM_FI_DEV_POWER_USAGE)
```

Good:

```yaml
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
from gpurules.lint.reading import only_over_time, place_of_metric
from gpurules.lint.records import Records
from gpurules.lint.sources.model import Group, Rule, Workspace


def _run(workspace: Workspace, records: Records) -> Iterator[Draft]:
    for document in workspace.documents:
        for group in document.groups:
            yield from _group(group, records)


def _group(group: Group, records: Records) -> Iterator[Draft]:
    first: dict[str, tuple[int, Rule]] = {}
    for number, rule in enumerate(group.rules):
        if rule.record is not None:
            first.setdefault(rule.record.text, (number, rule))
    if not first:
        return
    for number, rule in enumerate(group.rules):
        for read in sorted(records.read_by(rule)):
            written, writer = first.get(read, (-1, rule))
            if written <= number or writer.record is None or read in records.cyclic or only_over_time(rule, read):
                continue
            yield Draft(
                f"{read} is written later in this group, so this rule sees its value of the last evaluation",
                place_of_metric(rule, read),
                "put the rule that writes it first",
                (Reason(place_of(writer.record), "written here"),),
                rule=rule,
            )


CHECK = WorkspaceCheck(Severity.WARNING, _run)
