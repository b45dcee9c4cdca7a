"""
A file is the source of a template, such as a Helm chart's, and holds no YAML before it is rendered.

Nothing in it is checked. Lint what the template renders: `helm template chart | gpurules lint -`.

Bad:

```yaml
groups:
  {{- range .Values.groups }}
  - name: {{ .name }}
  {{- end }}
```

Good:

```yaml
groups:
  - name: gpus-of-team-a
  - name: gpus-of-team-b
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import FileCheck
from gpurules.lint.finding import Draft, Place, Severity
from gpurules.lint.sources.load import Unreadable


def _run(file: Unreadable) -> Iterator[Draft]:
    if file.template:
        yield Draft(file.message, Place(file.source, file.span), file.advice)


CHECK = FileCheck(Severity.INFO, _run)
