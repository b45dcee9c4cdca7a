"""
A rule is neither a record nor an alert, or both; or a recording rule has fields that only alerts have.

Prometheus refuses the whole file. A rule must have `expr` and exactly one of `record` and `alert`; `for`,
`keep_firing_for` and `annotations` belong to alerts.

Bad:

```yaml
- record: vm:gpu_power_watts:sum
  expr: sum by (vm) (DCGM_FI_DEV_POWER_USAGE)
  for: 5m
```

Good:

```yaml
- record: vm:gpu_power_watts:sum
  expr: sum by (vm) (DCGM_FI_DEV_POWER_USAGE)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import DocumentCheck
from gpurules.lint.finding import Draft, Severity, place_of
from gpurules.lint.sources.model import Document, Rule

_OF_ALERTS = ("for", "keep_firing_for", "annotations")


def _run(document: Document) -> Iterator[Draft]:
    for group in document.groups:
        for rule in group.rules:
            yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[Draft]:
    given = {key.text: key for key, _ in rule.node.entries}
    if "record" in given and "alert" in given:
        yield Draft("a rule is a record or an alert, not both", place_of(given["alert"]), "make two rules", rule=rule)
    elif rule.record is None and rule.alert is None:
        key = given.get("record") or given.get("alert")
        message = f"{key.text} is empty" if key else "a rule needs record or alert"
        yield Draft(message, place_of(key or rule.node), "name it", rule=rule)
    elif not rule.name.strip():
        yield Draft("the rule's name is empty", place_of(rule.name_node or rule.node), "name it", rule=rule)
    if "expr" not in given:
        yield Draft("a rule needs expr", place_of(rule.node), rule=rule)
    elif not rule.text.strip():
        value = rule.node.get("expr")
        if rule.expression is not None or value is None or getattr(value, "tag", "") == "null":
            yield Draft("expr is empty", place_of(given["expr"]), rule=rule)
    if rule.record is not None and rule.alert is None:
        for field in _OF_ALERTS:
            if field in given:
                message = f"a recording rule has no {field}"
                yield Draft(message, place_of(given[field]), "remove it, or make the rule an alert", rule=rule)


CHECK = DocumentCheck(Severity.ERROR, _run)
