"""
The name of a VM is cut out of the name of its launcher pod.

Kubernetes cuts `virt-launcher-<name>-` to 58 characters before it adds five random ones, so names of more than 43
characters lose their end and the dash: such a VM gets another's name, or none. `kubevirt_vmi_info` and
`kube_pod_owner{owner_kind="VirtualMachineInstance"}` have the whole name.

Bad:

```yaml
expr: label_replace(DCGM_FI_DEV_FB_USED, "name", "$1", "pod", "virt-launcher-(.+)-[a-z0-9]{5}")
```

Good:

```yaml
expr: |
  DCGM_FI_DEV_FB_USED * on (namespace, pod) group_left (name)
  topk by (namespace, pod) (1, label_replace(
    kube_pod_owner{owner_kind="VirtualMachineInstance"}, "name", "$1", "owner_name", "(.+)"
  ))
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.promql.syntax.tree import Call, StringLiteral

_CUTS = re.compile(r"\^?(?:\(\?:)?virt-launcher-\((?!\?:)")


def _run(rule: TypedRule) -> Iterator[Note]:
    for node in rule.nodes:
        if not isinstance(node, Call) or node.function.text != "label_replace" or len(node.arguments) != 5:
            continue
        replacement, pattern = node.arguments[2], node.arguments[4]
        if not isinstance(pattern, StringLiteral) or not isinstance(replacement, StringLiteral):
            continue
        if _CUTS.match(pattern.value) and "$" in replacement.value:
            message = "the name of a launcher pod holds the whole name of its VM only up to 43 characters"
            yield Note(message, pattern.span, "take the name from kubevirt_vmi_info or kube_pod_owner")


CHECK = ExpressionCheck(Severity.WARNING, _run)
