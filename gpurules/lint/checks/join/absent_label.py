"""
A join matches on a label that a side does not have.

Where the other side always has it the join never matches, and the rule is silently empty. Where neither side has it,
or one may lack it, empty matches empty: `on (namespace, vmi_pod)` with series of dcgm-exporter, which have no
`vmi_pod`, books every GPU of a namespace on the VM that has no launcher pod.

Bad:

```yaml
expr: |
  sum by (namespace) (DCGM_FI_DEV_POWER_USAGE)
  * on (namespace, name) group_left () group by (namespace, name) (kubevirt_vmi_info)
```

Good:

```yaml
expr: |
  sum by (namespace) (DCGM_FI_DEV_POWER_USAGE)
  * on (namespace) group_left () group by (namespace) (kubevirt_vmi_info)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.joins import Join, joins, lacks, why_lacks
from gpurules.lint.target import is_dcgm_name
from gpurules.lint.typed import TypedRule, selectors_below
from gpurules.lint.used_labels import has_no_labels, is_written
from gpurules.promql.types import SeriesType

_NEVER_OF_THE_EXPORTER = ("vmi_pod",)
"""Labels that dcgm-exporter does not know and that have another name on its series: the launcher pod is in ``pod``."""


def _run(rule: TypedRule) -> Iterator[Note]:
    for join in joins(rule):
        if join.node.op.text == "or":
            continue
        for label in join.on:
            left, right = lacks(join.left, label.text), lacks(join.right, label.text)
            if left and right:
                why = (
                    *why_lacks(join.node.left, join.left, label.text),
                    *why_lacks(join.node.right, join.right, label.text),
                )
                message = f"neither side has {label.text}, so matching on it says nothing"
                yield Note(message, label.span, "remove it", why, severity=Severity.WARNING)
            elif left or right:
                yield from _one_lacks(
                    label.text, join.left if left else join.right, join.right if left else join.left, join
                )
            else:
                yield from _exporter_lacks(label.text, rule, join)
        if join.node.matching is None:
            yield from _whole_labels(join)


def _one_lacks(label: str, without: SeriesType, other: SeriesType, join: Join) -> Iterator[Note]:
    span = next(name.span for name in join.on if name.text == label)
    side = "left" if without is join.left else "right"
    why = why_lacks(join.node.left if without is join.left else join.node.right, without, label)
    if label in other.certain:
        yield Note(f"this {_never(join)}: the {side} side has no {label}, the other side always has", span, "", why)
    elif not (join.node.op.text == "unless" and has_no_labels(join.node.right)):
        message = f"the {side} side has no {label}, so only series without {label} match"
        yield Note(
            message, span, f"keep {label} on the {side} side, or do not match on it", why, severity=Severity.INFO
        )


def _exporter_lacks(label: str, rule: TypedRule, join: Join) -> Iterator[Note]:
    if label not in _NEVER_OF_THE_EXPORTER:
        return
    for node in (join.node.left, join.node.right):
        metrics = [metric for _, metric in selectors_below(node)]
        if metrics and all(map(is_dcgm_name, metrics)) and not is_written(node, label):
            span = next(name.span for name in join.on if name.text == label)
            yield Note(
                f"dcgm-exporter has no label {label}: unless your relabelling adds it, every GPU is booked on the VM "
                "that has none either",
                span,
                'move it into pod: label_replace(..., "pod", "$1", "vmi_pod", "(.+)"), and match on pod',
                severity=Severity.WARNING,
            )


def _never(join: Join) -> str:
    return "never removes anything" if join.node.op.text == "unless" else "never matches"


def _whole_labels(join: Join) -> Iterator[Note]:
    """Without a list of labels all must agree."""
    for without, other, side in ((join.left, join.right, "left"), (join.right, join.left, "right")):
        missing = sorted(label for label in other.certain if lacks(without, label))
        if missing:
            yield Note(
                f"this {_never(join)}: the {side} side has no {', '.join(missing[:3])}, the other side always has",
                join.node.op.span,
                "say on which labels to match: on (...)",
                why_lacks(join.node.left if without is join.left else join.node.right, without, missing[0]),
            )
            return


CHECK = ExpressionCheck(Severity.ERROR, _run)
