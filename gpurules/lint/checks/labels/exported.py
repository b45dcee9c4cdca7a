"""
A label `exported_...` of dcgm-exporter's series does not fit the declared `--honor-labels`.

With honorLabels true Prometheus keeps the exposed `namespace`, `pod` and `container`, and no `exported_...` exists:
rules on it are silently empty. With honorLabels false, and exporters on hosts alone (`--path host` and no other),
`namespace` and `pod` are those of the exporter, not of the workload.

Bad:

```yaml
expr: sum by (exported_pod) (DCGM_FI_DEV_FB_USED)
```

Good:

```yaml
expr: sum by (pod) (DCGM_FI_DEV_FB_USED)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.labels.schema import HonorLabels
from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.target import is_dcgm_name
from gpurules.lint.typed import TypedRule, selectors_below
from gpurules.lint.used_labels import is_positive, is_written, matchers, uses
from gpurules.text.span import Span

_EXPOSED = ("namespace", "pod", "container")


def _run(rule: TypedRule) -> Iterator[Note]:
    honor, host = rule.target.honor_labels, all(path == "host" for path in rule.target.paths)
    told: set[Span] = set()
    for label, span in _asked(rule):
        if span in told:
            continue
        told.add(span)
        if honor is HonorLabels.TRUE and label in tuple(f"exported_{one}" for one in _EXPOSED):
            plain = label.removeprefix("exported_")
            yield Note(f"with honorLabels true there is no {label}", span, f"the workload's is {plain}")
        elif honor is HonorLabels.FALSE and host and label in _EXPOSED:
            message = f"with honorLabels false {label} is that of dcgm-exporter, not of the workload"
            yield Note(message, span, f"the workload's is exported_{label}")


def _asked(rule: TypedRule) -> Iterator[tuple[str, Span]]:
    for metric, matcher in matchers(rule):
        if is_dcgm_name(metric) and is_positive(matcher):
            yield matcher.label.text, matcher.label.span
    for use in uses(rule):
        metrics = [metric for _, metric in selectors_below(use.node)]
        if metrics and all(map(is_dcgm_name, metrics)) and not is_written(use.node, use.label):
            yield use.label, use.span


CHECK = ExpressionCheck(Severity.WARNING, _run)
