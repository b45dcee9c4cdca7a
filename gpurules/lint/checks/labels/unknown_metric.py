"""
A metric of KubeVirt that the release does not have, or whose name is misspelt.

The rule is silently empty. An error where `--kubevirt` names the release; a warning where the newest is assumed.

Bad:

```yaml
expr: count by (namespace) (kubevirt_vmi_infos)
```

Good:

```yaml
expr: count by (namespace) (kubevirt_vmi_info)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.labels import kubevirt
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.text.nearest import did_you_mean


def _run(rule: TypedRule) -> Iterator[Note]:
    target = rule.target
    for selector, metric in rule.selectors:
        if not metric.startswith("kubevirt_") or target.metric(metric) is not None or rule.records.is_record(metric):
            continue
        span = selector.name.span if selector.name is not None else selector.span
        severity = Severity.ERROR if target.kubevirt_named else Severity.WARNING
        spans = kubevirt.presence(metric)
        if spans:
            when = f"from {spans[0][0]} to {spans[-1][1]}"
            message = f"KubeVirt {target.kubevirt} has no metric {metric}; it exists {when}"
            yield Note(message, span, severity=severity)
            continue
        parts = kubevirt.histogram_parts(metric)
        if parts:
            message = f"{metric} is a histogram; its series are {', '.join(parts)}"
            yield Note(message, span, severity=severity)
            continue
        near = did_you_mean(metric, target.schema.metrics)
        message = f"KubeVirt {target.kubevirt} has no metric {metric}"
        if near:
            yield Note(message, span, near, severity=severity)
        else:
            yield Note(f"{message} that is known here; it may be another operator's", span, severity=Severity.INFO)


CHECK = ExpressionCheck(Severity.ERROR, _run)
