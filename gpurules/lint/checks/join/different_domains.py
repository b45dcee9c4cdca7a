"""
A join matches on a label whose values name different things on the two sides, so that it never matches.

`pod` of `kubevirt_vmi_info` is the pod of virt-controller that was scraped, never that of the VM; `uuid` of
`kubevirt_vmi_gpu_info` is what the device plugin calls the device, never the UUID of a GPU.

Bad:

```yaml
expr: DCGM_FI_DEV_FB_USED * on (namespace, pod) group_left (name) kubevirt_vmi_info
```

Good:

```yaml
expr: |
  DCGM_FI_DEV_FB_USED * on (namespace, pod) group_left (name)
  max by (namespace, pod, name) (
    label_replace(kubevirt_vmi_info{vmi_pod!="", vmi_pod!="<none>"}, "pod", "$1", "vmi_pod", "(.+)")
  )
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.labels.domains import DOMAINS
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.promql.infer.findings import Mismatch

OVERLAPPING = (frozenset(("hostname-exporter", "node")), frozenset(("hostname-exporter", "hostname-guest")))
"""Domains that may share values, as an exporter is run."""


def _run(rule: TypedRule) -> Iterator[Note]:
    for found in rule.inference.findings:
        if isinstance(found, Mismatch) and {found.left, found.right} not in OVERLAPPING:
            yield Note(
                f"this never matches: {found.label} is the {_words(found.left)} on the left, "
                f"and the {_words(found.right)} on the right",
                found.span,
                _advice(found),
            )


def _words(domain: str) -> str:
    return DOMAINS.get(domain, domain).partition(";")[0].partition(",")[0]


def _advice(found: Mismatch) -> str:
    if {found.left, found.right} == {"launcher-pod", "controller-pod"}:
        return 'the launcher pod is in vmi_pod: label_replace(..., "pod", "$1", "vmi_pod", "(.+)")'
    if {found.left, found.right} == {"gpu-uuid", "device-plugin-id"}:
        return "no metric of KubeVirt has the UUID of a GPU; match on the launcher pod"
    return ""


CHECK = ExpressionCheck(Severity.ERROR, _run)
