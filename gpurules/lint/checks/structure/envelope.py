"""
What is around the groups is not what Kubernetes accepts: `apiVersion`, `kind`, `metadata`, `spec`, labels and
annotations of a PrometheusRule or VMRule.

The API server refuses the object, or, for a kind or version that nobody watches, no Prometheus ever loads it.

Bad:

```yaml
apiVersion: monitoring.coreos.com/v1beta1
kind: PrometheusRule
metadata:
  name: GPU_rules
```

Good:

```yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gpu-rules
spec:
  groups: []
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.conventions.operator import check_annotations, check_labels, check_namespace, check_object_name
from gpurules.lint.check import DocumentCheck
from gpurules.lint.finding import Draft, Edit, Severity, place_of
from gpurules.lint.sources.documents import text_of
from gpurules.lint.sources.model import Document, Envelope
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode, describe

_VERSIONS = {
    # The second is that of Red Hat's Cluster Observability Operator.
    Envelope.PROMETHEUS_RULE: ("monitoring.coreos.com/v1", "monitoring.rhobs/v1"),
    Envelope.VM_RULE: ("operator.victoriametrics.com/v1beta1",),
}


def _run(document: Document) -> Iterator[Draft]:
    yield from _groups(document)
    if document.envelope is Envelope.PLAIN:
        return
    node = document.node
    for key, values, given in (
        ("kind", (document.envelope.value,), node.get("kind")),
        ("apiVersion", _VERSIONS[document.envelope], node.get("apiVersion")),
    ):
        if given is None:
            yield Draft(f"{key} is missing", place_of(node), f"write {key}: {values[0]}")
        elif text_of(given) not in values:
            place = place_of(given)
            yield Draft(
                f"{key} is not {values[0]}", place, f"write {key}: {values[0]}", edits=(Edit(place, values[0]),)
            )
    metadata = node.get("metadata")
    if not isinstance(metadata, MappingNode):
        yield Draft("metadata is missing", place_of(metadata or node), "write metadata: with a name")
    else:
        yield from _metadata(metadata)
    if document.holder is None:
        yield Draft("spec is missing or no mapping", place_of(node.get("spec") or node), "write spec: with groups")


def _metadata(metadata: MappingNode) -> Iterator[Draft]:
    name, generated = metadata.get("name"), metadata.get("generateName")
    if name is None and generated is None:
        yield Draft("the object has no name", place_of(metadata), "write name: under metadata")
    if name is not None:
        yield from (Draft(found.message, place_of(name)) for found in check_object_name(text_of(name)))
    namespace = metadata.get("namespace")
    if namespace is not None:
        yield from (Draft(found.message, place_of(namespace)) for found in check_namespace(text_of(namespace)))
    for field, check in (("labels", check_labels), ("annotations", check_annotations)):
        given = metadata.get(field)
        if isinstance(given, MappingNode):
            for key, value in given.entries:
                if not isinstance(value, ScalarNode) or value.tag != "str":
                    yield Draft(
                        f"{field[:-1]} {key.text} of the object is {describe(value)}, not text",
                        place_of(value),
                        "put it in quotes",
                    )
                else:
                    yield from (Draft(found.message, place_of(key)) for found in check({key.text: value.text}))
        elif given is not None and text_of(given):
            yield Draft(f"{field} of the object are {describe(given)}, not keys and values", place_of(given))


def _groups(document: Document) -> Iterator[Draft]:
    groups: Node | None = document.holder.get("groups") if document.holder else None
    if document.holder is None:
        return
    if groups is None:
        yield Draft("there are no groups", place_of(document.holder), "write groups: with a list of groups")
    elif not isinstance(groups, SequenceNode) and text_of(groups):
        yield Draft(f"groups is {describe(groups)}, not a list", place_of(groups))


CHECK = DocumentCheck(Severity.ERROR, _run)
