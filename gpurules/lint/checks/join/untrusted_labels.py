"""
A label that a guest writes is moved over the label of its scrape target, and the result decides which VM a GPU belongs
to.

With honorLabels false, what an exporter in a guest writes as `namespace` and `pod` arrives as `exported_namespace` and
`exported_pod`. Moving them over the target's own labels lets a guest book its GPU on the VM of another tenant, and
loses guests that are Kubernetes nodes themselves. Leave series alone whose own `pod` is a launcher pod.

Bad:

```yaml
expr: |
  label_replace(DCGM_FI_DEV_FB_USED, "pod", "$1", "exported_pod", "(.+)")
  and on (namespace, pod)
  label_replace(kubevirt_vmi_info{vmi_pod!="", vmi_pod!="<none>"}, "pod", "$1", "vmi_pod", "(.+)")
```

Good:

```yaml
expr: |
  (
    DCGM_FI_DEV_FB_USED{pod=~"virt-launcher-.+"}
    or label_replace(DCGM_FI_DEV_FB_USED{pod!~"virt-launcher-.+"}, "pod", "$1", "exported_pod", "(.+)")
  )
  and on (namespace, pod)
  label_replace(kubevirt_vmi_info{vmi_pod!="", vmi_pod!="<none>"}, "pod", "$1", "vmi_pod", "(.+)")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.target import is_dcgm_name
from gpurules.lint.typed import TypedRule, selectors_below
from gpurules.promql.syntax.tree import Call, StringLiteral, VectorSelector

_TARGETS = ("namespace", "pod")


def _run(rule: TypedRule) -> Iterator[Note]:
    if "host" in rule.target.paths or not any(metric.startswith("kubevirt_") for _, metric in rule.selectors):
        return
    for node in rule.nodes:
        if not isinstance(node, Call) or node.function.text != "label_replace" or len(node.arguments) != 5:
            continue
        target, source = node.arguments[1], node.arguments[3]
        if not isinstance(target, StringLiteral) or not isinstance(source, StringLiteral):
            continue
        if target.value in _TARGETS and source.value == f"exported_{target.value}":
            below = selectors_below(node.arguments[0])
            if any(is_dcgm_name(metric) and not _leaves_launchers(selector) for selector, metric in below):
                yield Note(
                    f"{source.value}, which a guest may write as it likes, replaces the scrape target's {target.value}",
                    source.span,
                    'replace it only where pod!~"virt-launcher-.+"',
                )


def _leaves_launchers(selector: VectorSelector) -> bool:
    """Whether series whose own pod is a launcher pod are left out."""
    for matcher in selector.matchers:
        if matcher.label.text == "pod" and matcher.op == "!~" and matcher.value.startswith("virt-launcher"):
            return True
    return False


CHECK = ExpressionCheck(Severity.WARNING, _run)
