"""
A label of a recording rule holds a template, which is only expanded in alerts: the series get the braces as they are
written.

Bad:

```yaml
- record: vm:gpu_power_watts:sum
  expr: sum by (namespace, pod) (DCGM_FI_DEV_POWER_USAGE)
  labels:
    vm: "{{ $labels.pod }}"
```

Good:

```yaml
- record: vm:gpu_power_watts:sum
  expr: label_replace(sum by (namespace, pod) (DCGM_FI_DEV_POWER_USAGE), "vm", "$1", "pod", "(.+)")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import DocumentCheck
from gpurules.lint.finding import Draft, Severity, words_of
from gpurules.lint.sources.model import Document
from gpurules.lint.templates.lexer import actions
from gpurules.text.span import Span


def _run(document: Document) -> Iterator[Draft]:
    for group in document.groups:
        for rule in group.rules:
            for key, node in rule.labels if rule.record is not None else ():
                found, _ = actions(node.text) if "{{" in node.text else ((), None)
                if found:
                    span = Span(found[0].span.start, found[0].span.end)
                    message = f"{key.text} of a record is no template: its series get these braces as they are"
                    yield Draft(message, words_of(node, span), "write the label in the expression", rule=rule)


CHECK = DocumentCheck(Severity.WARNING, _run)
