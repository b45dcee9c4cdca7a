"""
A sum or count of series that both virt-controller and kubevirt-observability-controller emit: each VM counts twice.

From KubeVirt v1.9 on (VEP 143) the observability controller emits the VM metrics of virt-controller a second time, with
its own namespace in `namespace` and that of the VM in `exported_namespace`. The same makes VMs of one name in several
namespaces one group on the one side of a join, and the rule stops. Info: it assumes that the controller is deployed and
scraped by the same Prometheus. Select one emitter: `exported_namespace=""` leaves virt-controller's series, and so does
its `job`.

Bad:

```yaml
expr: sum by (phase) (kubevirt_vmi_info)
```

Good:

```yaml
expr: sum by (phase) (kubevirt_vmi_info{exported_namespace=""})
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.labels import domains
from gpurules.labels.kubevirt import is_before
from gpurules.labels.observer import EMITTED_TWICE, FIRST_RELEASE, TOLD_APART_BY
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.evidence import judged_failures
from gpurules.lint.finding import Because, Note, Severity
from gpurules.lint.typed import TypedRule, bare
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Grouping,
    MatrixSelector,
    NumberLiteral,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)
from gpurules.promql.types import ScalarType

_ADDING = ("sum", "count")
_PICKING = ("topk", "bottomk", "limitk")
_COMPARING = ("==", "!=", ">", "<", ">=", "<=")
_ANY_VALUE = {"=": (), "=~": (".*", ".+", ""), "!=": ("",), "!~": ("", ".+", ".*")}
_NOT_THEIR_LABELS = ("absent", "absent_over_time", "scalar", "histogram_quantile")


def _run(rule: TypedRule) -> Iterator[Note]:
    if is_before(rule.target.kubevirt, FIRST_RELEASE):
        return
    for selector, metric in rule.selectors:
        if metric not in EMITTED_TWICE or selector.name is None or _one_emitter(selector):
            continue
        met = _where_copies_meet(rule, selector)
        if met is None:
            continue
        if isinstance(met, Aggregation):
            message = f"where kubevirt-observability-controller runs as well, this {met.op.text} counts each VM twice"
        else:
            message = (
                "where kubevirt-observability-controller runs as well, its series of VMs that have one name in several "
                "namespaces are one group of this join, and the rule stops"
            )
        yield Note(
            message,
            met.op.span if isinstance(met, Aggregation) or met.matching is None else met.matching.span,
            f'select one emitter: {metric}{{exported_namespace="", ...}} leaves the series of virt-controller',
            (Because(selector.name.span, "both emit this metric"),),
        )


def _one_emitter(selector: VectorSelector) -> bool:
    """Whether a matcher leaves the series of one emitter, as far as can be told."""
    for matcher in selector.matchers:
        if matcher.label.text == "exported_namespace":
            return True
        if matcher.label.text in TOLD_APART_BY and matcher.value not in _ANY_VALUE[matcher.op]:
            return True
    return False


def _where_copies_meet(rule: TypedRule, selector: VectorSelector) -> Aggregation | Binary | None:
    """The sum, count or join above ``selector`` in which both copies of a series take part; None where none is seen."""
    node: Expression = selector
    apart = TOLD_APART_BY
    while (above := rule.parent_of(node)) is not None:
        match above:
            case MatrixSelector() | Subquery() | Unary():
                pass
            case Call() if above.function.text in _NOT_THEIR_LABELS:
                return None
            case Call() if above.function.text in ("label_replace", "label_join"):
                apart = _rewritten(above, apart)
            case Call():
                pass
            case Aggregation():
                left = _left_by(above.grouping, apart)
                if above.op.text in _ADDING and not left and not _asked_for_any(rule, above):
                    return above
                if not left:
                    return None
                apart = apart if above.op.text in _PICKING else left
            case Binary():
                left_one = bare(above.left) is node
                other = rule.type_of(above.right if left_one else above.left)
                kept = above.op.text == "or" or (above.op.text == "unless" and left_one)
                if not kept and not isinstance(other, ScalarType):
                    return above if _shares_names(rule, above, node, apart) else None
            case _:
                return None
        node = above
    return None


def _left_by(grouping: Grouping | None, apart: frozenset[str]) -> frozenset[str]:
    """What still tells the copies apart where series are grouped."""
    if grouping is None:
        return frozenset()
    named = {label.text for label in grouping.labels}
    return apart - named if grouping.without else apart & named


def _rewritten(node: Call, apart: frozenset[str]) -> frozenset[str]:
    """``apart`` after a label is written: the namespace of the VM is the same on both copies."""
    texts = [argument.value for argument in node.arguments[1:] if isinstance(argument, StringLiteral)]
    if len(texts) < 4 or node.function.text == "label_join":
        return apart
    target, _, source, pattern = texts[:4]
    moved = source not in apart or (target, source, pattern) == ("namespace", "exported_namespace", "(.+)")
    return apart - {target} if moved else apart


def _asked_for_any(rule: TypedRule, node: Aggregation) -> bool:
    """Whether the number is only compared with 0, for which twice is as good as once."""
    above = rule.parent_of(node)
    if not isinstance(above, Binary) or above.op.text not in _COMPARING:
        return False
    other = bare(above.right if bare(above.left) is node else above.left)
    return isinstance(other, NumberLiteral) and other.value == 0


def _shares_names(rule: TypedRule, join: Binary, node: Expression, apart: frozenset[str]) -> bool:
    """Whether ``node`` is the one side of a join on namespace and name, and more than one series of a VM's name is left
    in the controller's namespace."""
    group, matching = join.group, join.matching
    if group is None or matching is None or matching.ignoring or bare(join.right if group.right else join.left) is node:
        return False
    on = {label.text for label in matching.labels}
    series = rule.series_of(node)
    if "namespace" not in on & apart or on & apart != {"namespace"} or series is None:
        return False
    if any(series.domains.get(label) == domains.LAUNCHER_POD for label in on):
        return False
    grouping = node.grouping if isinstance(node, Aggregation) else None
    if grouping is not None and not grouping.without and {label.text for label in grouping.labels} <= on:
        return False
    failing = (judged.failure.span for judged in judged_failures(rule) if judged.failure.code == "E2" and judged.story)
    return matching.span not in failing


CHECK = ExpressionCheck(Severity.INFO, _run)
