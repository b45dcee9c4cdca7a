"""
A join matches on a label that a guest chooses, or that repeats in every guest: its host name or a PCI address.

A tenant can call a guest like any node or VM, and every guest sees its first GPU at the same address. Info: it assumes
that the series come from guests; a host name that dcgm-exporter on the host reports is the node's.

Bad:

```yaml
expr: |
  DCGM_FI_DEV_FB_USED
  * on (Hostname) group_left () group by (Hostname) (label_replace(kubevirt_vmi_info, "Hostname", "$1", "node", "(.+)"))
```

Good:

```yaml
expr: |
  DCGM_FI_DEV_FB_USED
  * on (namespace, pod) group_left () group by (namespace, pod) (kube_pod_owner{owner_kind="VirtualMachineInstance"})
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.joins import joins
from gpurules.lint.typed import TypedRule

_GUESTS_CHOICE = {
    "hostname-exporter": "a guest gives itself",
    "hostname-guest": "a guest gives itself",
    "pci-address-guest": "repeats in every guest",
}


def _run(rule: TypedRule) -> Iterator[Note]:
    for join in joins(rule):
        for label in join.on:
            left, right = join.left.domains.get(label.text, ""), join.right.domains.get(label.text, "")
            chosen = _GUESTS_CHOICE.get(left) or _GUESTS_CHOICE.get(right)
            if chosen and left != right:
                message = f"{label.text} is a name that {chosen}, if the series come from guests"
                yield Note(message, label.span, "match on what the scrape target says: namespace and pod")


CHECK = ExpressionCheck(Severity.INFO, _run)
