"""
A matcher asks for a value that the label never has, so that it selects nothing.

`pod` of `kubevirt_vmi_info` is a pod of virt-controller; the phase of a VMI is written in lower case, that of a pod
with a capital; `uuid` of KubeVirt is a device's ID and never begins with `GPU-`; kube-state-metrics writes the resource
`nvidia.com/gpu` as `nvidia_com_gpu`.

Bad:

```yaml
expr: count by (namespace) (kubevirt_vmi_info{phase="Running"})
```

Good:

```yaml
expr: count by (namespace) (kubevirt_vmi_info{phase="running"})
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.lint.used_labels import matchers
from gpurules.promql.syntax.tree import Matcher
from gpurules.text.span import Span

_LAUNCHER = "virt-launcher"
_WORDS = re.compile(r"[A-Za-z|]+")
_NO_RESOURCE = re.compile(r"[^a-zA-Z0-9_]")
_SLASH = re.compile("/")
_ABOUT = "kube-state-metrics writes _ for every other character, such as nvidia_com_gpu"


def _run(rule: TypedRule) -> Iterator[Note]:
    for metric, matcher in matchers(rule):
        series = rule.records.type_of(metric)
        domain = series.domains.get(matcher.label.text, "") if series is not None else ""
        wrong, advice, better = _wrong(domain, matcher)
        if wrong and matcher.op in ("=", "=~"):
            edits = ((_value_span(matcher, rule.text), f'"{better}"'),) if better else ()
            yield Note(
                f"this selects nothing: {matcher.label.text} of {metric} {wrong}", matcher.span, advice, (), edits
            )


def _wrong(domain: str, matcher: Matcher) -> tuple[str, str, str]:
    """What is wrong with a value, what to do, and the value to write where that is certain."""
    value = matcher.value
    if domain.endswith("controller-pod") and value.startswith(_LAUNCHER):
        return "is the pod of virt-controller that was scraped", "the launcher pod is in vmi_pod", ""
    if domain == "device-plugin-id" and value.startswith("GPU-"):
        return "is the ID of a device plugin, never the UUID of a GPU", "", ""
    if domain == "vmi-phase" and _WORDS.fullmatch(value) and value != value.lower():
        return "is written in lower case", f'write "{value.lower()}"', value.lower()
    if domain == "pod-phase" and _WORDS.fullmatch(value) and value == value.lower():
        better = "|".join(word.capitalize() for word in value.split("|"))
        return "begins with a capital", f'write "{better}"', better
    if domain == "resource-name" and (_NO_RESOURCE if matcher.op == "=" else _SLASH).search(value):
        better = _NO_RESOURCE.sub("_", value) if matcher.op == "=" else ""
        return "has letters, digits and _ only", f'write "{better}"' if better else _ABOUT, better
    return "", "", ""


def _value_span(matcher: Matcher, text: str) -> Span:
    """The quoted value."""
    start = text.index(matcher.op, matcher.label.span.end) + len(matcher.op)
    while text[start] not in "\"'`":
        start += 1
    return Span(start, matcher.span.end)


CHECK = ExpressionCheck(Severity.ERROR, _run)
