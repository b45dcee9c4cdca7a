"""
An operation that Prometheus may refuse at run time, because nothing proves that its series stay apart. No way in which
that happens is known here either: nothing is declared of the metrics, or their declared keys do not reach.

Info: it assumes that the series may differ in the labels named. Declare what you know of your metrics in a schema file
(`--schema`), and this check proves the join or says what is missing.

Bad:

```yaml
expr: vm_cost_euros * on (vm) group_left (team) vm_team
```

Good:

```yaml
expr: max by (vm) (vm_cost_euros) * on (vm) group_left (team) topk by (vm) (1, vm_team)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.evidence import judged_failures
from gpurules.lint.finding import Because, Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.promql.infer.findings import Failure
from gpurules.promql.infer.records import record_type
from gpurules.promql.types import ScalarType, SeriesType


def _run(rule: TypedRule) -> Iterator[Note]:
    for judged in judged_failures(rule):
        failure = judged.failure
        if judged.story:
            continue
        unknown = ", ".join(sorted(failure.unknown - {"*"})[:3])
        advice = f"declare the labels and keys of {unknown} in a schema file" if unknown else _drop_first(failure)
        reason = failure.reason if len(failure.reason) < 100 else "series here may differ in many labels"
        yield Note(f"not proved: {failure.message}", failure.span, advice, (Because(failure.reason_span, reason),))
    series = rule.inference.type
    if rule.labels and not rule.alert and isinstance(series, SeriesType | ScalarType):
        _, collision = record_type(rule.name, series, rule.labels)
        if collision is not None:
            yield Note(f"not proved: {collision.message}", rule.tree.span)
    for unproved in rule.inference.unproved:
        yield Note(f"not proved: {unproved.construct}: {unproved.why}", unproved.span)


def _drop_first(failure: Failure) -> str:
    """How a label is rewritten so that nothing else can differ; empty where no label is."""
    if failure.code != "E1" or not failure.message.startswith(("label_replace", "label_join")):
        return ""
    return "aggregate before it: max by (...) the labels that are needed, without the one that is replaced"


CHECK = ExpressionCheck(Severity.INFO, _run)
