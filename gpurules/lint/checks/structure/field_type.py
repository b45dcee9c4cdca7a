"""
A field holds the wrong kind of value: a list in place of a mapping, a number that must be text, a duration that is
none.

Prometheus or the API server refuses the whole file. In a PrometheusRule the values of labels and annotations must be
text, so numbers and `true` need quotes there; a plain rule file takes them.

Bad:

```yaml
- alert: GpuMemoryHot
  expr: DCGM_FI_DEV_MEMORY_TEMP > 95
  for: five minutes
```

Good:

```yaml
- alert: GpuMemoryHot
  expr: DCGM_FI_DEV_MEMORY_TEMP > 95
  for: 5m
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.conventions.operator import check_interval
from gpurules.lint.check import DocumentCheck
from gpurules.lint.finding import Draft, Severity, place_of
from gpurules.lint.sources.model import Document, Envelope, Group, Rule
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode, describe
from gpurules.text.terminal import safe

_DURATIONS = ("interval", "query_offset", "for", "keep_firing_for", "eval_offset", "eval_delay")
_TEXTS = ("record", "alert", "name")
_NUMBERS = ("limit", "concurrency", "update_entries_limit")


def _run(document: Document) -> Iterator[Draft]:
    strict = document.envelope is not Envelope.PLAIN
    groups = document.holder.get("groups") if document.holder else None
    for item in groups.items if isinstance(groups, SequenceNode) else ():
        if not isinstance(item, MappingNode):
            yield Draft(f"a group is {_what(item)}, not a mapping", place_of(item))
    for group in document.groups:
        yield from _group(group, strict)
        for rule in group.rules:
            yield from _fields(rule.node, strict, rule)


def _group(group: Group, strict: bool) -> Iterator[Draft]:
    yield from _fields(group.node, strict, None)
    rules = group.node.get("rules")
    if rules is not None and not isinstance(rules, SequenceNode):
        if not (isinstance(rules, ScalarNode) and rules.tag == "null"):
            yield Draft(f"rules is {_what(rules)}, not a list", place_of(rules))
        return
    for item in rules.items if isinstance(rules, SequenceNode) else ():
        if not isinstance(item, MappingNode):
            yield Draft(f"a rule is {_what(item)}, not a mapping", place_of(item))


def _fields(node: MappingNode, strict: bool, rule: Rule | None) -> Iterator[Draft]:
    for key, value in node.entries:
        wrong = _wrong(key.text, value)
        if wrong:
            yield Draft(wrong, place_of(value), rule=rule)
        if key.text in ("labels", "annotations"):
            yield from _texts(key.text, value, strict, rule)


def _wrong(field: str, value: Node) -> str:
    if isinstance(value, ScalarNode) and value.tag == "null":
        return ""
    if field in _DURATIONS:
        if not isinstance(value, ScalarNode):
            return f"{field} is {_what(value)}, not a duration"
        if value.text == "":
            return ""
        return next((found.message for found in check_interval(value.text, field)), "")
    if field == "expr":
        return "" if isinstance(value, ScalarNode) else f"expr is {_what(value)}, not an expression"
    if field in _TEXTS:
        return "" if isinstance(value, ScalarNode) else f"{field} is {_what(value)}, not text"
    if field in _NUMBERS and not (isinstance(value, ScalarNode) and value.tag == "int"):
        return f"{field} is {_what(value)}, not a whole number"
    return ""


def _texts(field: str, value: Node, strict: bool, rule: Rule | None) -> Iterator[Draft]:
    if not isinstance(value, MappingNode):
        if not (isinstance(value, ScalarNode) and value.tag == "null"):
            yield Draft(f"{field} is {_what(value)}, not keys and values", place_of(value), rule=rule)
        return
    for key, item in value.entries:
        if not isinstance(item, ScalarNode):
            yield Draft(f"{field[:-1]} {safe(key.text, 60)} is {_what(item)}, not text", place_of(item), rule=rule)
        elif strict and item.tag not in ("str", "null"):
            message = f"{field[:-1]} {safe(key.text, 60)} is {_what(item)}, not text"
            yield Draft(message, place_of(item), "put it in quotes", rule=rule)


def _what(node: Node) -> str:
    return safe(describe(node), 80)


CHECK = DocumentCheck(Severity.ERROR, _run)
