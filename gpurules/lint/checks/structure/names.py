"""
A record, label or annotation has a name that Prometheus refuses or that is not its own to set.

A record's name may hold letters, digits, `_` and `:`. Prometheus 3 also takes other UTF-8 text, but for braces; older
releases, Thanos and many tools do not, so such a name is reported as info. Names of labels that begin with `__` are
reserved, and `__name__` is set by `record`.

Bad:

```yaml
- record: vm-gpu-power{sum}
  expr: sum(DCGM_FI_DEV_POWER_USAGE)
```

Good:

```yaml
- record: vm:gpu_power_watts:sum
  expr: sum(DCGM_FI_DEV_POWER_USAGE)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.conventions.prometheus_names import METRIC_NAME, check_label_name, check_metric_name
from gpurules.lint.check import DocumentCheck
from gpurules.lint.finding import Draft, Severity, place_of
from gpurules.lint.sources.model import Document, Pairs, Rule


def _run(document: Document) -> Iterator[Draft]:
    for group in document.groups:
        yield from _labels(group.labels, None)
        for rule in group.rules:
            yield from _record(rule)
            yield from _labels(rule.labels, rule)


def _record(rule: Rule) -> Iterator[Draft]:
    if rule.record is None or not rule.record.text:
        return
    for found in check_metric_name(rule.record.text):
        if "{" in rule.record.text or "}" in rule.record.text:
            message = "a record's name cannot have braces"
            yield Draft(message, place_of(rule.record), "set labels with labels:, not in the name", rule=rule)
        else:
            message = f"{found.message}; Prometheus 3 takes it, older ones and many tools do not"
            yield Draft(message, place_of(rule.record), rule=rule, severity=Severity.INFO)


def _labels(labels: Pairs, rule: Rule | None) -> Iterator[Draft]:
    for key, _ in labels:
        for found in check_label_name(key.text):
            severity = None if key.text == METRIC_NAME or not key.text else Severity.INFO
            yield Draft(found.message, place_of(key), rule=rule, severity=severity)


CHECK = DocumentCheck(Severity.ERROR, _run)
