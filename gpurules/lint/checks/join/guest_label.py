"""
A join matches on a label that a guest chooses, or that repeats in every guest: its host name or a PCI address.

A tenant can call a guest like any node or VM, and every guest sees its first GPU at the same address. Info: it assumes
that the series come from guests; a host name that dcgm-exporter on the host reports is the node's. The same is said of
a match on nothing but `gpu`, `device` or `pci_bus_id`, which each guest numbers for itself.

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
_OF_ONE_ENGINE = frozenset(("gpu-index", "gpu-device", "pci-address-guest"))
"""What a host engine numbers for itself: the first GPU of every guest is 0."""

_ADVICE = "match on what the scrape target says: namespace and pod"


def _run(rule: TypedRule) -> Iterator[Note]:
    for join in joins(rule):
        for label in join.on:
            left, right = join.left.domains.get(label.text, ""), join.right.domains.get(label.text, "")
            chosen = _GUESTS_CHOICE.get(left) or _GUESTS_CHOICE.get(right)
            if chosen and left != right:
                message = f"{label.text} is a name that {chosen}, if the series come from guests"
                yield Note(message, label.span, _ADVICE)
        domains = [side.domains.get(label.text, "") for label in join.on for side in (join.left, join.right)]
        if domains and _OF_ONE_ENGINE.issuperset(domains):
            label = join.on[0]
            message = f"{label.text} repeats in every guest, if the series come from guests: nothing tells them apart"
            yield Note(message, label.span, _ADVICE)


CHECK = ExpressionCheck(Severity.INFO, _run)
