"""
Two rules write one record, and its numbers have different units or are of different kinds.

Whoever reads the record mixes them. Give each its own name.

Bad:

```yaml
- record: vm:gpu_load:max
  expr: max by (pod) (DCGM_FI_DEV_GPU_UTIL)
  labels:
    source: nvml
- record: vm:gpu_load:max
  expr: max by (pod) (DCGM_FI_PROF_GR_ENGINE_ACTIVE)
  labels:
    source: profiling
```

Good:

```yaml
- record: vm:gpu_load:max
  expr: max by (pod) (DCGM_FI_DEV_GPU_UTIL) / 100
  labels:
    source: nvml
- record: vm:gpu_load:max
  expr: max by (pod) (DCGM_FI_PROF_GR_ENGINE_ACTIVE)
  labels:
    source: profiling
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import WorkspaceCheck
from gpurules.lint.finding import Draft, Severity
from gpurules.lint.pairs import about_another
from gpurules.lint.records import Records, tree_of
from gpurules.lint.sources.model import Rule, Workspace
from gpurules.lint.values import unit_words
from gpurules.promql.infer.engine import infer
from gpurules.promql.types import Kind, SeriesType


def _run(workspace: Workspace, records: Records) -> Iterator[Draft]:
    for rules in records.by_name.values():
        if len(rules) < 2:
            continue
        known = [(rule, series) for rule in rules if (series := _type(rule, records)) is not None]
        for rule, series in known[1:]:
            first, before = known[0]
            difference = _difference(before, series)
            if difference:
                message = f"{rule.name} is {difference} by another rule"
                yield from about_another(rule, first, message, "give each its own name")


def _type(rule: Rule, records: Records) -> SeriesType | None:
    tree = tree_of(rule.text)
    found = infer(tree, records).type if tree is not None else None
    return found if isinstance(found, SeriesType) else None


def _difference(one: SeriesType, other: SeriesType) -> str:
    if one.unit is not None and other.unit is not None and one.unit != other.unit:
        return f"in {unit_words(other.unit)} here, and in {unit_words(one.unit)}"
    counters = {one.kind, other.kind}
    if Kind.COUNTER in counters and len(counters) == 2 and Kind.UNKNOWN not in counters:
        return f"a {other.kind.value} here, and a {one.kind.value}"
    return ""


CHECK = WorkspaceCheck(Severity.WARNING, _run)
