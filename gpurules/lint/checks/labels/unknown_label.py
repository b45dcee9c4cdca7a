"""
A label that the series do not have: another release of KubeVirt has it, its name is misspelt, or it was dropped before.

A grouping or matching by it does nothing, and a matcher on it selects nothing. Where only relabelling of your own could
add the label, that is assumed, and the finding is info.

Bad:

```yaml
expr: count by (vmi_pods) (kubevirt_vmi_info)
```

Good:

```yaml
expr: count by (vmi_pod) (kubevirt_vmi_info)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.labels import kubevirt
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.joins import lacks, why_changed
from gpurules.lint.typed import TypedRule, selectors_below
from gpurules.lint.used_labels import is_positive, matchers, uses
from gpurules.promql.syntax.tree import Aggregation, Expression, walk
from gpurules.promql.types import SeriesType
from gpurules.text.nearest import did_you_mean
from gpurules.text.span import Span


def _run(rule: TypedRule) -> Iterator[Note]:
    told: set[Span] = set()
    for metric, matcher in matchers(rule):
        series = rule.records.type_of(metric)
        if series is not None and lacks(series, matcher.label.text) and is_positive(matcher):
            told.add(matcher.label.span)
            yield from _about(rule, matcher.label.text, matcher.label.span, (metric,), series, Severity.ERROR)
    for use in uses(rule):
        if use.span in told or not lacks(use.series, use.label):
            continue
        told.add(use.span)
        why = why_changed(use.series, use.label)
        if why:
            message = f"the series have no label {use.label} any more"
            yield Note(message, use.span, f"keep {use.label} where it is dropped", why)
        elif not _aggregated(use.node):
            metrics = tuple(metric for _, metric in selectors_below(use.node) if metric)
            yield from _about(rule, use.label, use.span, metrics, use.series, Severity.WARNING)


def _about(
    rule: TypedRule, label: str, span: Span, metrics: tuple[str, ...], series: SeriesType, severity: Severity
) -> Iterator[Note]:
    metric = metrics[0] if metrics else "the series"
    since = _other_releases(metric, label)
    if since:
        release = rule.target.kubevirt
        message = f"{metric} of KubeVirt {release} has no label {label}; it exists {since}"
        yield Note(message, span, severity=severity)
        return
    near = did_you_mean(label, series.possible)
    if label == "name" and "vmi" in series.possible:
        near = "the name of the VM is in vmi there"
    if near:
        yield Note(f"{metric} has no label {label}", span, near, severity=severity)
    else:
        adds = "external labels add" if rule.records.is_record(metric) else "your relabelling adds"
        message = f"{metric} has no label {label}, unless {adds} it"
        yield Note(message, span, severity=Severity.INFO)


def _other_releases(metric: str, label: str) -> str:
    """In which releases ``metric`` has ``label``; empty where in none."""
    having = []
    for release in kubevirt.releases() if metric.startswith("kubevirt_") else ():
        schema = next((one for one in kubevirt.schemas(release) if one.metric == metric), None)
        if schema is not None and label in schema.type.possible:
            having.append(release)
    if not having:
        return ""
    last = having[-1]
    return f"from {having[0]} on" if last == kubevirt.MAIN else f"from {having[0]} to {last}"


def _aggregated(node: Expression) -> bool:
    return any(isinstance(below, Aggregation) for below in walk(node))


CHECK = ExpressionCheck(Severity.WARNING, _run)
