"""
The prometheus-operator refuses a PrometheusRule as a whole, or drops a part of it.

An object whose groups are larger than 524,288 bytes does not fit into the ConfigMap that the operator makes of it; a
`keep_firing_for` must not be empty; `partial_response_strategy` is `abort` or `warn`, and the operator erases it for
Prometheus.

Bad:

```yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gpu-rules
spec:
  groups:
    - name: gpu
      rules:
        - alert: GpuHot
          expr: DCGM_FI_DEV_GPU_TEMP > 90
          keep_firing_for: ""
```

Good:

```yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gpu-rules
spec:
  groups:
    - name: gpu
      rules:
        - alert: GpuHot
          expr: DCGM_FI_DEV_GPU_TEMP > 90
          keep_firing_for: 5m
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.conventions.operator import SPEC_LIMIT, check_partial_response_strategy
from gpurules.lint.check import DocumentCheck
from gpurules.lint.finding import Draft, Severity, place_of
from gpurules.lint.sources.documents import text_of
from gpurules.lint.sources.model import Document, Envelope
from gpurules.text.node import ScalarNode


def _run(document: Document) -> Iterator[Draft]:
    if document.envelope is not Envelope.PROMETHEUS_RULE:
        return
    size = 0
    for group in document.groups:
        strategy = group.node.get("partial_response_strategy")
        if strategy is not None:
            for found in check_partial_response_strategy(text_of(strategy)):
                yield Draft(found.message, place_of(strategy))
        for rule in group.rules:
            size += len(rule.text.encode("utf-8", "surrogatepass")) + len(rule.name)
            kept = rule.node.get("keep_firing_for")
            if isinstance(kept, ScalarNode) and not kept.text:
                yield Draft("keep_firing_for is empty", place_of(kept), "give a duration or remove it", rule=rule)
    if size > SPEC_LIMIT:
        message = f"names and expressions alone have {size:,} bytes; the operator takes {SPEC_LIMIT:,} in one object"
        yield Draft(message, place_of(document.node), "split the object")


CHECK = DocumentCheck(Severity.ERROR, _run)
