"""
A metric of KubeVirt or kube-state-metrics decides which VM a series of a guest belongs to, and nothing says which job
it must come from.

Whatever is scraped can expose a series called `kubevirt_vmi_info`, a guest too, and so claim GPUs or names of others.
Info: it assumes that guests are scraped by the same Prometheus. Ask for the job (`--info-selector` of `gpurules render`
does).

Bad:

```yaml
expr: |
  sum by (namespace, pod) (DCGM_FI_DEV_FB_USED) * on (namespace, pod) group_left (node)
  max by (namespace, pod, node) (label_replace(kubevirt_vmi_info{vmi_pod!=""}, "pod", "$1", "vmi_pod", "(.+)"))
```

Good:

```yaml
expr: |
  sum by (namespace, pod) (DCGM_FI_DEV_FB_USED) * on (namespace, pod) group_left (node)
  max by (namespace, pod, node) (
    label_replace(kubevirt_vmi_info{job="kubevirt-prometheus-metrics", vmi_pod!=""}, "pod", "$1", "vmi_pod", "(.+)")
  )
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.target import is_dcgm_name
from gpurules.lint.typed import TypedRule

_SOURCES = ("kubevirt_vmi_info", "kube_pod_owner", "kube_pod_info")
_VERIFYING = ("job", "service", "endpoint", "instance")


def _run(rule: TypedRule) -> Iterator[Note]:
    if "host" in rule.target.paths or not any(is_dcgm_name(metric) for _, metric in rule.selectors):
        return
    for selector, metric in rule.selectors:
        if metric not in _SOURCES or selector.name is None:
            continue
        if not any(one.label.text in _VERIFYING and one.op in ("=", "=~") for one in selector.matchers):
            message = f"any workload that is scraped, a guest too, may expose {metric}"
            yield Note(message, selector.name.span, 'say where it must come from, such as job="..."')


CHECK = ExpressionCheck(Severity.INFO, _run)
