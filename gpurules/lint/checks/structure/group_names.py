"""
A group has no name, or two groups of one document have the same.

Prometheus refuses a file in which a group's name occurs twice; the API server refuses such a PrometheusRule.

Bad:

```yaml
groups:
  - name: gpus
    rules: []
  - name: gpus
    rules: []
```

Good:

```yaml
groups:
  - name: gpus
    rules: []
  - name: gpu-health
    rules: []
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import DocumentCheck
from gpurules.lint.finding import Draft, Reason, Severity, place_of
from gpurules.lint.sources.model import Document
from gpurules.text.node import ScalarNode
from gpurules.text.terminal import safe


def _run(document: Document) -> Iterator[Draft]:
    seen: dict[str, ScalarNode] = {}
    for group in document.groups:
        name = group.name
        if name is None or not name.text:
            yield Draft("a group has no name", place_of(name or group.node), "write name:")
        elif name.text in seen:
            first = Reason(place_of(seen[name.text]), "the first group of this name")
            yield Draft(f"two groups are called {safe(name.text, 60)}", place_of(name), "rename one", (first,))
        else:
            seen[name.text] = name


CHECK = DocumentCheck(Severity.ERROR, _run)
