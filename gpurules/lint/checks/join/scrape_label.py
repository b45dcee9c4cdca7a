"""
A join matches series of two exporters on a label of their scrape targets: `instance`, `job`, `service`, `endpoint`.

Series of dcgm-exporter and of virt-controller come from different targets, so these labels never agree and the join is
empty.

Bad:

```yaml
expr: DCGM_FI_DEV_FB_USED * on (instance) group_left (name) max by (instance, name) (kubevirt_vmi_info)
```

Good:

```yaml
expr: DCGM_FI_DEV_FB_USED / on (instance, UUID) DCGM_FI_DEV_FB_TOTAL
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.labels import domains
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.joins import joins
from gpurules.lint.target import is_dcgm_name
from gpurules.lint.typed import TypedRule, selectors_below
from gpurules.promql.syntax.tree import Expression

_OF_THE_TARGET = (domains.SCRAPE_INSTANCE, domains.SCRAPE_JOB, "service-name", "endpoint-name")


def _run(rule: TypedRule) -> Iterator[Note]:
    for join in joins(rule):
        emitters = {_emitter(rule, join.node.left), _emitter(rule, join.node.right)}
        if len(emitters) < 2 or "" in emitters or join.node.op.text in ("or", "unless"):
            continue
        for label in join.on:
            meaning = join.left.domains.get(label.text)
            if meaning in _OF_THE_TARGET and meaning == join.right.domains.get(label.text):
                whose = " and of ".join(sorted(emitters))
                yield Note(
                    f"this never matches: {label.text} is that of {whose}, which are scraped apart",
                    label.span,
                    "match on what names the VM on both sides: namespace and launcher pod",
                )


def _emitter(rule: TypedRule, node: Expression) -> str:
    """Who emits every series of an operand; empty where that is not one emitter that is known."""
    found = set()
    for _, metric in selectors_below(node):
        schema = rule.target.metric(metric)
        if is_dcgm_name(metric):
            found.add("dcgm-exporter")
        else:
            found.add(schema.emitter if schema is not None else "")
    return found.pop() if len(found) == 1 else ""


CHECK = ExpressionCheck(Severity.ERROR, _run)
