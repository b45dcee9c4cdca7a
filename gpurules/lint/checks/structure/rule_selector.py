"""
An object lacks a label that the configuration gives to rule objects (`output.labels`, `--label`): the Prometheus
object, or VMAlert, that selects rules by it never loads this one.

Nothing else says so: the object is accepted and its rules are simply not there. Info: it assumes that the labels of the
configuration are those of the `ruleSelector`.

Bad:

```yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gpus
spec:
  groups: []
```

Good:

```yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gpus
  labels:
    release: kube-prometheus-stack
spec:
  groups: []
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import WorkspaceCheck
from gpurules.lint.finding import Draft, Severity, place_of
from gpurules.lint.records import Records
from gpurules.lint.sources.documents import text_of
from gpurules.lint.sources.model import Document, Envelope, Workspace
from gpurules.text.node import MappingNode


def _run(workspace: Workspace, records: Records) -> Iterator[Draft]:
    wanted = records.target.object_labels
    for document in workspace.documents if wanted else ():
        if document.envelope is not Envelope.PLAIN:
            for key, value in wanted.items():
                yield from _about(document, key, value)


def _about(document: Document, key: str, value: str) -> Iterator[Draft]:
    metadata = document.node.get("metadata")
    if not isinstance(metadata, MappingNode):
        return
    labels = metadata.get("labels")
    given = labels.get(key) if isinstance(labels, MappingNode) else None
    if given is None:
        message = f"the object has no label {key}: {value}, by which rules are selected"
        yield Draft(message, place_of(metadata.get("name") or metadata), "add it under metadata.labels")
    elif text_of(given) != value:
        message = f"the label {key} is {text_of(given)}, and rules are selected by {value}"
        yield Draft(message, place_of(given), f"write {value}")


CHECK = WorkspaceCheck(Severity.INFO, _run)
