"""
The one side of a join has several series for one match group, so that Prometheus stops the rule: *found duplicate
series for the match group ... many-to-many matching not allowed*.

One such group is enough to stop the rule for the whole fleet. `kubevirt_vmi_info` is the usual case: at a fail-over of
virt-controller two series of one VM are visible for up to a minute, and they differ in `instance` and `pod`. Take one
of them: `max by` the labels you need where the key fixes the rest, else `topk by (KEY) (1, timestamp(...))`, which
takes the one that was scraped last.

Bad:

```yaml
expr: |
  sum by (namespace, name) (kubevirt_vmi_vcpu_seconds_total)
  * on (namespace, name) group_left (phase) kubevirt_vmi_info
```

Good:

```yaml
expr: |
  sum by (namespace, name) (kubevirt_vmi_vcpu_seconds_total)
  * on (namespace, name) group_left (phase)
    group by (namespace, name, phase) (topk by (namespace, name) (1, timestamp(kubevirt_vmi_info)))
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.evidence import failing_side, judged_failures
from gpurules.lint.finding import Because, Note, Severity
from gpurules.lint.joins import joins
from gpurules.lint.typed import TypedRule, selectors_below
from gpurules.promql.infer.findings import Failure
from gpurules.promql.infer.labelset import NAME
from gpurules.promql.syntax.tree import Aggregation, walk


def _run(rule: TypedRule) -> Iterator[Note]:
    for judged in judged_failures(rule):
        failure = judged.failure
        if failure.code != "E2" or not judged.story:
            continue
        listed = ", ".join(_labels(rule, failure))
        group = "group" if failure.all_but else f"({listed})"
        several = f"{_side(rule, failure)} may have several series for one {group}"
        yield Note(
            f"the rule stops with many-to-many matching: {several}",
            failure.span,
            f"take one series for each group: topk {'without' if failure.all_but else 'by'} ({listed}) "
            "(1, timestamp(...))",
            (Because(failure.reason_span, judged.story),),
        )


def _labels(rule: TypedRule, failure: Failure) -> list[str]:
    """The labels that are no key, in the order in which the rule lists them."""
    listed = [name.text for join in joins(rule) if join.node.matching is not None for name in join.node.matching.labels]
    return sorted(failure.key - {NAME}, key=lambda label: (listed.index(label) if label in listed else -1, label))


def _side(rule: TypedRule, failure: Failure) -> str:
    """The metric of the one side, where that is its own series."""
    side = failing_side(rule, failure)
    if side is None or any(isinstance(node, Aggregation) for node in walk(side)):
        return "the one side"
    metrics = {metric for _, metric in selectors_below(side)}
    return (metrics.pop() if len(metrics) == 1 else "") or "the one side"


CHECK = ExpressionCheck(Severity.ERROR, _run)
