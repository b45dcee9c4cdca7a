"""
A rule for OpenShift's user workload monitoring yields series without a namespace, or reads platform metrics that its
Prometheus does not have.

There every rule gets `namespace="..."` of its own namespace enforced on selectors and results. A PrometheusRule with
the label `openshift.io/prometheus-rule-evaluation-scope: leaf-prometheus` is evaluated by that Prometheus,
which has no series of `kubevirt_` or `kube_`: a join with them is empty. Without that label Thanos Ruler evaluates the
rule and sees both.

Bad:

```yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gpu
  labels:
    openshift.io/prometheus-rule-evaluation-scope: leaf-prometheus
spec:
  groups:
    - name: gpu
      rules:
        - record: vm:gpu:count
          expr: count by (namespace, name) (kubevirt_vmi_info)
```

Good:

```yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gpu
spec:
  groups:
    - name: gpu
      rules:
        - record: vm:gpu:count
          expr: count by (namespace, name) (kubevirt_vmi_info)
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpurules.lint.check import DocumentCheck
from gpurules.lint.finding import Draft, Reason, Severity, place_of, words_of
from gpurules.lint.sources.documents import text_of
from gpurules.lint.sources.model import Document
from gpurules.text.node import MappingNode
from gpurules.text.span import Span

SCOPE = "openshift.io/prometheus-rule-evaluation-scope"
_PLATFORM = re.compile(r"(?<![\w:])(?:kubevirt|kube)_\w+")


def _run(document: Document) -> Iterator[Draft]:
    metadata = document.node.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, MappingNode) else None
    scope = labels.get(SCOPE) if isinstance(labels, MappingNode) else None
    if scope is None or text_of(scope) != "leaf-prometheus":
        return
    for group in document.groups:
        for rule in group.rules:
            found = _PLATFORM.search(rule.text)
            if found and rule.expression is not None:
                yield Draft(
                    f"the user workload Prometheus has no series of {found[0]}, so this is empty",
                    words_of(rule.expression, Span(found.start(), found.end())),
                    "remove the label of the object, so that Thanos Ruler evaluates the rule",
                    (Reason(place_of(scope), "evaluated there because of this"),),
                    rule=rule,
                )


CHECK = DocumentCheck(Severity.WARNING, _run)
