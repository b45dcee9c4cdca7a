"""
A matcher on `"<none>"`, or its absence, does not fit how the KubeVirt release writes a label without a value.

Up to v1.5 such a label reads `"<none>"`; from v1.6 on it is absent. So `os!="<none>"` filters nothing any more from
v1.6 on, and `os!=""` filters nothing up to v1.5. Writing both works everywhere.

Bad:

```yaml
expr: count by (os) (kubevirt_vmi_info{os!="<none>"})
```

Good:

```yaml
expr: count by (os) (kubevirt_vmi_info{os!="", os!="<none>"})
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.labels.kubevirt import ALWAYS_EMPTY, NONE_SPELLING, writes_none
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.promql.guard import established
from gpurules.promql.syntax.tree import Matcher, VectorSelector
from gpurules.promql.types import Guard


def _run(rule: TypedRule) -> Iterator[Note]:
    old = writes_none(rule.target.kubevirt)
    for selector, metric in rule.selectors:
        if not metric.startswith("kubevirt_") or metric in ALWAYS_EMPTY or rule.target.metric(metric) is None:
            continue
        for matcher in selector.matchers:
            note = _before(matcher, selector, rule) if old else _since(matcher, selector, rule)
            if note is not None:
                yield note


def _since(matcher: Matcher, selector: VectorSelector, rule: TypedRule) -> Note | None:
    if matcher.value != NONE_SPELLING:
        return None
    label, release = matcher.label.text, rule.target.kubevirt
    if matcher.op in ("=", "=~"):
        return Note(
            f'from v1.6 on no label reads "<none>" (KubeVirt {release}): this selects nothing',
            matcher.span,
            f'write {label}=""',
        )
    if _excludes(selector, label, ""):
        return None
    return Note(
        f"from v1.6 on a label without a value is absent (KubeVirt {release}): this filters nothing",
        matcher.span,
        f'add {label}!=""',
    )


def _before(matcher: Matcher, selector: VectorSelector, rule: TypedRule) -> Note | None:
    label, release = matcher.label.text, rule.target.kubevirt
    if matcher.op == "!=" and matcher.value == "" and not _excludes(selector, label, NONE_SPELLING):
        schema = rule.target.metric(selector.name.text if selector.name else "")
        if schema is not None and label in schema.introduced and label not in schema.type.certain:
            message = f'KubeVirt {release} writes "<none>" for a label without a value: this filters nothing'
            return Note(message, matcher.span, f'add {label}!="<none>"')
    return None


def _excludes(selector: VectorSelector, label: str, value: str) -> bool:
    tests = [(one.label.text, one.op, one.value) for one in selector.matchers]
    return established(Guard(label, "!=", value), tests)


CHECK = ExpressionCheck(Severity.WARNING, _run)
