"""
A record has a name that KubeVirt ships, or that its enhancement proposals claim, with a meaning of its own.

Two writers of one name in one Prometheus make series that nobody can tell apart.

Bad:

```yaml
- record: vmi:kubevirt_vmi_gpu_fb_used:sum
  expr: sum by (namespace, name) (vm_gpu_memory_used_bytes)
```

Good:

```yaml
- record: vmi:kubevirt_vmi_gpu_memory_used_bytes:sum
  expr: sum by (namespace, name) (vm_gpu_memory_used_bytes)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.conventions.upstream_names import check_upstream_name
from gpurules.lint.check import NameCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import Named
from gpurules.text.span import NOWHERE


def _run(rule: Named) -> Iterator[Note]:
    for found in check_upstream_name(rule.name) if not rule.alert else ():
        yield Note(found.message, NOWHERE, field="name")


CHECK = NameCheck(Severity.WARNING, _run)
