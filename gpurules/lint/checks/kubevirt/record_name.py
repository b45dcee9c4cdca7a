"""
A record of a `kubevirt_` metric does not satisfy KubeVirt's name linter.

KubeVirt's `make lint-metrics` wants `level:metric:operations`: three parts, the metric begins with `kubevirt_`, and the
last part names the operations of the expression. The linter looks at the text, so a label called `group` counts as an
operation.

Bad:

```yaml
- record: kubevirt_vm_gpu_power
  expr: sum by (namespace, name) (vm_power_watts)
```

Good:

```yaml
- record: vm:kubevirt_vm_gpu_power_watts:sum
  expr: sum by (namespace, name) (vm_power_watts)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.conventions.name_linter import METRIC_PREFIX, check_record_name
from gpurules.lint.check import NameCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import Named
from gpurules.text.span import NOWHERE


def _run(rule: Named) -> Iterator[Note]:
    if rule.alert or not any(part.startswith(METRIC_PREFIX) for part in rule.name.split(":")):
        return
    for found in check_record_name(rule.name, rule.text):
        yield Note(f"KubeVirt's linter: {found.message}", NOWHERE, field="name")


CHECK = NameCheck(Severity.WARNING, _run)
