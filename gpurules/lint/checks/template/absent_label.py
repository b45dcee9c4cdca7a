"""
An alert shows a label that its series do not have: the text has a hole there.

`$labels` holds the labels of the series that the expression yields. The labels that the alert itself sets are not among
them. Nothing is said of a label that the template tests with `if` or `with`, and of one that relabelling or external
labels of your own may add.

Bad:

```yaml
- alert: VmGpuBusy
  expr: avg by (namespace, pod) (DCGM_FI_DEV_GPU_UTIL) > 90
  annotations:
    summary: "GPU {{ $labels.gpu }} of {{ $labels.pod }} is busy"
```

Good:

```yaml
- alert: VmGpuBusy
  expr: avg by (namespace, pod, gpu) (DCGM_FI_DEV_GPU_UTIL) > 90
  annotations:
    summary: "GPU {{ $labels.gpu }} of {{ $labels.pod }} is busy"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import TemplateCheck
from gpurules.lint.finding import Draft, Reason, Severity, words_of
from gpurules.lint.joins import SET_OPERATORS, lacks, why_changed
from gpurules.lint.records import tree_of
from gpurules.lint.templates.alert import Templated
from gpurules.promql.infer.aggregations import SELECTING
from gpurules.promql.infer.labelset import NAME
from gpurules.promql.syntax.tree import Aggregation, Binary, Call, Expression, Paren, Unary
from gpurules.promql.types import ScalarType, SeriesType
from gpurules.text.nearest import did_you_mean
from gpurules.text.span import Span

_OF_VMALERT = ("alertname", "alertgroup")


def _run(alert: Templated) -> Iterator[Draft]:
    wanted = [
        (node, label)
        for node, template in alert.templates
        for label in template.labels
        if not label.tested and label.name != NAME and _lacks(alert, label.name)
    ]
    if not wanted:
        return
    inference, tree = alert.inferred(), tree_of(alert.rule.text)
    if inference is None or tree is None or not isinstance(inference.type, SeriesType):
        return
    own = alert.rule.own_labels
    told: set[str] = set()
    for node, label in wanted:
        if label.name in told:
            continue
        told.add(label.name)
        place = words_of(node, label.span)
        if label.name in own or label.name in _OF_VMALERT:
            message = f"{label.name} is set by the alert, and $labels has the labels of its series only"
            yield Draft(message, place, f"write the text of {label.name} here")
            continue
        because = _why(tree, inference.type, label.name)
        if because is None:
            near = did_you_mean(label.name, inference.type.possible)
            if near:
                yield Draft(f"the series of this alert have no label {label.name}", place, near)
            continue
        reasons: tuple[Reason, ...] = ()
        if alert.rule.expression is not None and because[0].start >= 0:
            reasons = (Reason(words_of(alert.rule.expression, because[0]), because[1]),)
        message = f"the series of this alert have no label {label.name}, so that nothing is shown here"
        yield Draft(message, place, f"keep {label.name} in the expression, or do not show it", reasons)


def _lacks(alert: Templated, label: str) -> bool:
    if alert.vmalert and (label in alert.rule.own_labels or label in _OF_VMALERT):
        return False
    return not isinstance(alert.type, ScalarType) and lacks(alert.type, label)


def _why(tree: Expression, series: SeriesType, label: str) -> tuple[Span, str] | None:
    """What made sure that no series has ``label``; None where only its schema says so, to which scraping may add."""
    changed = why_changed(series, label)
    if changed:
        return changed[0].span, changed[0].text
    if label in series.changes:
        return Span(-1, -1), ""
    found = _closing(tree)
    return None if found is None else (found, f"`{label}` is not kept here")


def _closing(node: Expression) -> Span | None:
    """The words that list every label of the result; None where the series bring labels of their own."""
    while True:
        match node:
            case Paren() | Unary():
                node = node.expression
            case Aggregation() if node.op.text in SELECTING:
                node = node.expression
            case Aggregation():
                if node.grouping is None:
                    return node.op.span
                return None if node.grouping.without else node.grouping.span
            case Call() if node.function.text in ("absent", "absent_over_time", "vector", "scalar"):
                return node.function.span
            case Call() if node.arguments:
                vectors = [one for one in node.arguments if isinstance(one, Aggregation | Binary | Call | Paren)]
                if len(vectors) != 1:
                    return None
                node = vectors[0]
            case Binary() if node.op.text == "or":
                left, right = _closing(node.left), _closing(node.right)
                return left if right is not None else None
            case Binary() if node.group is not None:
                return None
            case Binary() if node.op.text in SET_OPERATORS or _closing(node.left) is not None:
                node = node.left
            case Binary() if node.matching is not None and not node.matching.ignoring:
                return node.matching.span
            case _:
                return None


CHECK = TemplateCheck(Severity.WARNING, _run)
