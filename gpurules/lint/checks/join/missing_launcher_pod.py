"""
`vmi_pod` of `kubevirt_vmi_info` is used, and VMs without a launcher pod are not left out.

A VM that is pending, or between two pods, has no `vmi_pod`, or `vmi_pod="<none>"` in v1.5. Moved into `pod` with
`(.+)`, such series keep the pod of virt-controller and become equal: the rule stops. With `(.*)` their `pod` is erased,
and GPUs without a pod are booked on them.

Bad:

```yaml
expr: max by (namespace, pod, name) (label_replace(kubevirt_vmi_info, "pod", "$1", "vmi_pod", "(.+)"))
```

Good:

```yaml
expr: |
  max by (namespace, pod, name) (
    label_replace(kubevirt_vmi_info{vmi_pod!="", vmi_pod!="<none>"}, "pod", "$1", "vmi_pod", "(.+)")
  )
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.labels.kubevirt import POD_RECORDED, writes_none
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Because, Note, Severity
from gpurules.lint.joins import joins
from gpurules.lint.typed import TypedRule, selectors_below
from gpurules.promql.guard import established
from gpurules.promql.syntax.tree import Call, Expression, StringLiteral, VectorSelector
from gpurules.promql.types import Guard
from gpurules.text.span import Span

_INFO = "kubevirt_vmi_info"


def _run(rule: TypedRule) -> Iterator[Note]:
    for node in rule.nodes:
        if isinstance(node, Call) and node.function.text == "label_replace" and len(node.arguments) == 5:
            source = node.arguments[3]
            if isinstance(source, StringLiteral) and source.value == "vmi_pod":
                yield from _unguarded(rule, node.arguments[0], source.span)
    for join in joins(rule):
        for label in join.on:
            if label.text == "vmi_pod":
                yield from _unguarded(rule, join.node.left, label.span)
                yield from _unguarded(rule, join.node.right, label.span)


def _unguarded(rule: TypedRule, node: Expression, used: Span) -> Iterator[Note]:
    schema = rule.target.metric(_INFO)
    if schema is None or "vmi_pod" not in schema.type.possible:
        return
    needed = [guard for guard in POD_RECORDED if guard.value == "" or writes_none(rule.target.kubevirt)]
    for selector, metric in selectors_below(node):
        if metric != _INFO:
            continue
        tests = [(one.label.text, one.op, one.value) for one in selector.matchers]
        missing = [guard for guard in needed if not established(guard, tests)]
        if missing:
            listed = ", ".join(_matcher(guard) for guard in missing)
            yield Note(
                "VMs without a launcher pod are not left out, and their series become equal or take GPUs of others",
                selector.name.span if selector.name is not None else selector.span,
                f"add {listed}",
                (Because(used, "vmi_pod is used here"),),
                _edit(rule, selector, listed),
            )


def _matcher(guard: Guard) -> str:
    return f'{guard.label}{guard.op}"{guard.value}"'


def _edit(rule: TypedRule, selector: VectorSelector, listed: str) -> tuple[tuple[Span, str], ...]:
    """The matchers put in; a change that cannot do harm, since such a series is no VM's with a pod."""
    if selector.name is None:
        return ()
    end = selector.name.span.end
    brace = rule.text.find("{", end)
    if brace >= 0 and not rule.text[end:brace].strip():
        more = ", " if selector.matchers else ""
        return ((Span(brace + 1, brace + 1), f"{listed}{more}"),)
    return ((Span(end, end), f"{{{listed}}}"),)


CHECK = ExpressionCheck(Severity.ERROR, _run)
