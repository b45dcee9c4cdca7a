"""
A field that a document, group or rule does not have.

Prometheus refuses the whole file; Kubernetes drops the field without a word, so that a `for` that is misspelt never
holds an alert back.

Bad:

```yaml
- alert: GpuHot
  expr: DCGM_FI_DEV_GPU_TEMP > 90
  fro: 5m
```

Good:

```yaml
- alert: GpuHot
  expr: DCGM_FI_DEV_GPU_TEMP > 90
  for: 5m
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import DocumentCheck
from gpurules.lint.fields import GROUP_FIELDS, HOLDER_FIELDS, OTHERS, RULE_FIELDS
from gpurules.lint.finding import Draft, Severity, place_of
from gpurules.lint.sources.model import Document, Envelope, Rule
from gpurules.text.nearest import did_you_mean
from gpurules.text.node import MappingNode
from gpurules.text.terminal import safe


def _run(document: Document) -> Iterator[Draft]:
    envelope = document.envelope
    if document.holder is not None:
        what = "a rule file" if envelope is Envelope.PLAIN else "spec"
        yield from _unknown(document.holder, HOLDER_FIELDS[envelope], what, envelope)
    for group in document.groups:
        yield from _unknown(group.node, GROUP_FIELDS[envelope], "a group", envelope)
        for rule in group.rules:
            yield from _unknown(rule.node, RULE_FIELDS[envelope], "a rule", envelope, rule)


def _unknown(
    node: MappingNode, known: tuple[str, ...], what: str, envelope: Envelope, rule: Rule | None = None
) -> Iterator[Draft]:
    for key, _ in node.entries:
        if key.text in known or key.text.startswith("x-"):
            continue
        other = OTHERS.get(key.text, "") if envelope is Envelope.PLAIN else ""
        if other:
            message = f"the field {key.text} is read by {other}, and Prometheus refuses it"
            yield Draft(message, place_of(key), rule=rule, severity=Severity.INFO)
        else:
            near = did_you_mean(key.text, known) or f"known here: {', '.join(known)}"
            yield Draft(f"{what} has no field {safe(key.text, 60)}", place_of(key), near, rule=rule)


CHECK = DocumentCheck(Severity.ERROR, _run)
