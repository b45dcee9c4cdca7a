"""
A rule file says something that the server in use (`--target`) does not read.

In a PrometheusRule the operator drops it without a word: a `keep_firing_for` or `limit` that a version does not know
has no effect, and `partial_response_strategy` is for Thanos Ruler only. In a plain rule file the server refuses the
whole file, which is an error. Without `--target` nothing is said.

Bad:

```yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gpu-rules
spec:
  groups:
    - name: gpu
      query_offset: 30s
      rules:
        - alert: GpuHot
          expr: DCGM_FI_DEV_GPU_TEMP > 90
```

Good:

```yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gpu-rules
spec:
  groups:
    - name: gpu
      rules:
        - alert: GpuHot
          expr: DCGM_FI_DEV_GPU_TEMP offset 30s > 90
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.conventions.prometheus_names import check_label_name, check_metric_name
from gpurules.lint.check import WorkspaceCheck
from gpurules.lint.finding import Draft, Place, Severity, place_of, words_of
from gpurules.lint.records import Records, tree_of
from gpurules.lint.sources.model import Document, Envelope, Group, Rule, Workspace
from gpurules.promql.syntax.tree import Aggregation, Call, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gpurules.conventions.targets import Feature


def _run(workspace: Workspace, records: Records) -> Iterator[Draft]:
    server = records.target.server
    if server is None:
        return
    from gpurules.conventions.targets import WORDS, Feature, check_target

    # No operator takes these out: the server refuses the file.
    refused = frozenset((Feature.UTF8_NAMES, *WORDS.values()))
    for document in workspace.documents:
        if document.envelope is Envelope.VM_RULE:
            continue
        for feature, place, rule in _used(document):
            for found in check_target(server, (feature,)):
                message, _, advice = found.message.partition("; ")
                dropped = document.envelope is Envelope.PROMETHEUS_RULE and feature not in refused
                severity = Severity.WARNING if dropped else Severity.ERROR
                yield Draft(message, place, advice, rule=rule, severity=severity)


def _used(document: Document) -> Iterator[tuple[Feature, Place, Rule | None]]:
    for group in document.groups:
        yield from _of_group(group)
        for rule in group.rules:
            yield from _of_rule(rule)


def _of_group(group: Group) -> Iterator[tuple[Feature, Place, Rule | None]]:
    from gpurules.conventions.targets import Feature

    features = {
        "limit": Feature.LIMIT,
        "query_offset": Feature.QUERY_OFFSET,
        "labels": Feature.GROUP_LABELS,
        "partial_response_strategy": Feature.PARTIAL_RESPONSE,
    }
    for key, _ in group.node.entries:
        if key.text in features:
            yield features[key.text], place_of(key), None


def _of_rule(rule: Rule) -> Iterator[tuple[Feature, Place, Rule | None]]:
    from gpurules.conventions.targets import WORDS, Feature

    for key, _ in rule.node.entries:
        if key.text == "keep_firing_for":
            yield Feature.KEEP_FIRING_FOR, place_of(key), rule
    if rule.record is not None and check_metric_name(rule.record.text):
        yield Feature.UTF8_NAMES, place_of(rule.record), rule
    for key, _ in rule.labels:
        if check_label_name(key.text):
            yield Feature.UTF8_NAMES, place_of(key), rule
    tree = tree_of(rule.text) if rule.expression is not None and any(word in rule.text for word in WORDS) else None
    for node in walk(tree) if tree is not None else ():
        word = node.op if isinstance(node, Aggregation) else node.function if isinstance(node, Call) else None
        if word is not None and word.text in WORDS and rule.expression is not None:
            yield WORDS[word.text], words_of(rule.expression, word.span), rule


CHECK = WorkspaceCheck(Severity.WARNING, _run)
