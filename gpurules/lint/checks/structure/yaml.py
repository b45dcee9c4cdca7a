"""
A file is not YAML that can be read: a syntax error, a key that occurs twice, a tag or text that is not allowed, or more
than the bounds on size, depth and aliases.

Prometheus does not start, and the operator does not take the object. Of two equal keys one is silently lost in many
YAML readers, so they are refused here as well.

Bad:

```yaml
groups:
  - name: gpu
    name: gpus
```

Good:

```yaml
groups:
  - name: gpus
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import FileCheck
from gpurules.lint.finding import Draft, Place, Severity
from gpurules.lint.sources.load import Unreadable


def _run(file: Unreadable) -> Iterator[Draft]:
    if not file.template:
        yield Draft(file.message, Place(file.source, file.span), file.advice)


CHECK = FileCheck(Severity.ERROR, _run)
