"""
A rule is written twice: same name, same labels, same expression, same `for`.

One of two equal records is thrown away at each evaluation with a warning in Prometheus' log; two equal alerts notify
twice or replace each other.

Bad:

```yaml
- record: pod:gpu_temp_celsius:max
  expr: max by (namespace, pod) (DCGM_FI_DEV_GPU_TEMP)
- record: pod:gpu_temp_celsius:max
  expr: max by (namespace, pod) (DCGM_FI_DEV_GPU_TEMP)
```

Good:

```yaml
- record: pod:gpu_temp_celsius:max
  expr: max by (namespace, pod) (DCGM_FI_DEV_GPU_TEMP)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import WorkspaceCheck
from gpurules.lint.finding import Draft, Severity
from gpurules.lint.pairs import about_another
from gpurules.lint.records import Records
from gpurules.lint.sources.model import Document, Rule, Workspace
from gpurules.text.node import to_plain


def _run(workspace: Workspace, records: Records) -> Iterator[Draft]:
    for document in workspace.documents:
        yield from _document(document)


def _document(document: Document) -> Iterator[Draft]:
    seen: dict[tuple[object, ...], Rule] = {}
    for group in document.groups:
        for rule in group.rules:
            if rule.name_node is None or rule.expression is None:
                continue
            key = (rule.record is None, rule.name, rule.text)
            if key in seen and _meaning(seen[key]) == _meaning(rule):
                yield from about_another(rule, seen[key], "this rule is written twice", "remove one", "the same rule")
            seen.setdefault(key, rule)


def _meaning(rule: Rule) -> object:
    return to_plain(rule.node)


CHECK = WorkspaceCheck(Severity.WARNING, _run)
