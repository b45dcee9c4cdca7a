"""
A template in a label or annotation of an alert is not one: Prometheus refuses the whole file.

A function or variable that does not exist, an `if` without `end`, an action that is not closed. A label with `-` or `.`
in its name is read with `index $labels "name"`.

Bad:

```yaml
- alert: GpuHot
  expr: DCGM_FI_DEV_GPU_TEMP > 90
  annotations:
    summary: "GPU {{ $label.gpu }} has {{ $value | humanise }} °C"
```

Good:

```yaml
- alert: GpuHot
  expr: DCGM_FI_DEV_GPU_TEMP > 90
  annotations:
    summary: "GPU {{ $labels.gpu }} has {{ $value | humanize }} °C"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import DocumentCheck
from gpurules.lint.finding import Draft, Severity, words_of
from gpurules.lint.sources.model import Document, Envelope
from gpurules.lint.templates.alert import templates_of


def _run(document: Document) -> Iterator[Draft]:
    if document.envelope is Envelope.VM_RULE:
        # vmalert knows further functions and variables.
        return
    for group in document.groups:
        for rule in group.rules:
            for node, template in templates_of(rule) if rule.alert is not None else ():
                mistake = template.mistake
                if mistake is not None:
                    yield Draft(mistake.message, words_of(node, mistake.span), mistake.advice, rule=rule)


CHECK = DocumentCheck(Severity.ERROR, _run)
