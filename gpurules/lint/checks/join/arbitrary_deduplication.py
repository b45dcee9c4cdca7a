"""
`topk` or `bottomk` picks one of several series of equal value, and labels that differ among them are used.

The values of an info metric are all 1, so the pick is arbitrary: after a migration or a fail-over it may be the old
series for minutes. The value of `timestamp(...)` makes it the one that was scraped last.

Without `by` one series of the whole fleet is left, whatever its value, and all others match nothing.

A warning for metrics of KubeVirt, of which such overlaps are known; info for others, since it assumes that overlaps
happen.

Bad:

```yaml
expr: |
  kubevirt_vmi_vcpu_seconds_total * on (namespace, name) group_left (node)
  topk by (namespace, name) (1, kubevirt_vmi_info)
```

Good:

```yaml
expr: |
  kubevirt_vmi_vcpu_seconds_total * on (namespace, name) group_left (node)
  group by (namespace, name, node) (topk by (namespace, name) (1, timestamp(kubevirt_vmi_info)))
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Because, Note, Severity
from gpurules.lint.joins import Join, joins
from gpurules.lint.typed import TypedRule, bare, selectors_below
from gpurules.promql.infer.keys import ALWAYS, determined
from gpurules.promql.infer.labelset import only
from gpurules.promql.syntax.tree import Aggregation, Call, NumberLiteral
from gpurules.promql.types import Kind

_OF_ONE = frozenset(("name", "pod", "vmi_pod", "exported_pod"))
"""Labels of which a matcher with one value says which VM or pod is meant."""


def _run(rule: TypedRule) -> Iterator[Note]:
    for join in joins(rule):
        yield from _of_all(rule, join)
        picked = bare(join.one_node)
        group = join.node.group
        if group is None or not isinstance(picked, Aggregation) or picked.op.text not in ("topk", "bottomk"):
            continue
        if not isinstance(picked.parameter, NumberLiteral) or picked.grouping is None or picked.grouping.without:
            continue
        series = rule.series_of(picked.expression)
        if series is None or series.kind is not Kind.INFO:
            continue
        key = frozenset(label.text for label in picked.grouping.labels)
        fixed = determined(series, only(key), ALWAYS)
        for label in group.include:
            if label.text in series.possible and label.text not in fixed:
                metrics = [metric for _, metric in selectors_below(picked)]
                known = all(metric.startswith("kubevirt_") for metric in metrics)
                yield Note(
                    f"{label.text} is copied from a series that {picked.op.text} picks arbitrarily: all values are 1",
                    label.span,
                    f"let the last scrape win: {picked.op.text} by (...) (1, timestamp(...))",
                    (Because(picked.op.span, "picked here"),),
                    severity=Severity.WARNING if known else Severity.INFO,
                )


def _of_all(rule: TypedRule, join: Join) -> Iterator[Note]:
    """One series of an info metric, of whatever VM or pod, is matched by labels that tell them apart."""
    picked = bare(join.one_node)
    while isinstance(picked, Call) and picked.function.text in ("label_replace", "label_join"):
        picked = bare(picked.arguments[0])
    if not isinstance(picked, Aggregation) or picked.op.text not in ("topk", "bottomk") or picked.grouping is not None:
        return
    count = bare(picked.parameter) if picked.parameter is not None else None
    if not isinstance(count, NumberLiteral):
        return
    inner = bare(picked.expression)
    if isinstance(inner, Call) and inner.function.text == "timestamp":
        inner = bare(inner.arguments[0])
    series = rule.series_of(inner)
    if not join.on or series is None or series.kind is not Kind.INFO or _OF_ONE & series.constants.keys():
        return
    because = tuple(Because(label.span, "the others have nothing to match here") for label in join.on[:1])
    message = f"{picked.op.text} without by leaves {count.value:g} series of all"
    yield Note(message, picked.op.span, f"say for what: {picked.op.text} by (...) (1, timestamp(...))", because)


CHECK = ExpressionCheck(Severity.WARNING, _run)
