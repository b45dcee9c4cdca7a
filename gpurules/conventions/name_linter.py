"""KubeVirt's linter of recording rule names: ``level:metric:operations``.

Source: kubevirt/monitoring, test/metrics/prom-metrics-linter, image v0.0.11, which KubeVirt's ``make lint-metrics``
runs with operator and sub-operator ``kubevirt``. The linter looks for operations in the *text* of the expression, so a
label called ``group`` or a record called ``a:b:sum`` inside the expression counts as an operation too.
"""

from __future__ import annotations

import re

from gpurules.conventions.violation import Violation

RULE = "kubevirt-name"
METRIC_PREFIX = "kubevirt_"

AGGREGATIONS = (
    "sum",
    "avg",
    "min",
    "max",
    "count",
    "quantile",
    "stddev",
    "stdvar",
    "group",
    "count_values",
    "limitk",
    "limit_ratio",
    "topk",
    "bottomk",
)
TIME_OPERATIONS = (
    "rate",
    "irate",
    "increase",
    "delta",
    "idelta",
    "deriv",
    "avg_over_time",
    "min_over_time",
    "max_over_time",
    "sum_over_time",
    "count_over_time",
    "quantile_over_time",
    "stddev_over_time",
    "stdvar_over_time",
)
_AGGREGATION_WORD = re.compile(rf"\b(?:{'|'.join(AGGREGATIONS)})\b", re.ASCII)
_SINGLE_WORDS = {word: re.compile(rf"\b{word}\b", re.ASCII) for word in ("sum", "avg", "min", "max", "count", "group")}
_TIME_WORD = re.compile(rf"\b(?:{'|'.join(TIME_OPERATIONS)})\b", re.ASCII)


def check_record_name(record: str, expression: str) -> tuple[Violation, ...]:
    """What KubeVirt's linter would say of ``record`` over the text of ``expression``; empty where it is content."""
    parts = record.split(":")
    if len(parts) != 3 or not all(parts):
        return (_violation(record, "is not level:metric:operations; use three non-empty parts, and 'sum' as the last"),)
    _, metric, operations = parts
    found = []
    if not metric.startswith(METRIC_PREFIX):
        found.append(_violation(record, f"has a metric part without the prefix; start {metric} with {METRIC_PREFIX}"))
    complaint = _operations_complaint(operations, expression)
    if complaint:
        found.append(_violation(record, complaint))
    repeated = _repeated_token(operations)
    if repeated:
        found.append(_violation(record, f"repeats {repeated} in its last part; name each operation once"))
    return tuple(found)


def aggregations_in(expression: str) -> tuple[str, ...]:
    """The aggregations that the linter sees in the text, sorted, each once."""
    return tuple(sorted(set(_AGGREGATION_WORD.findall(expression))))


def time_operations_in(expression: str) -> tuple[str, ...]:
    """The operations over time that the linter sees in the text, sorted, each once."""
    return tuple(sorted(set(_TIME_WORD.findall(expression))))


def _operations_complaint(operations: str, expression: str) -> str:
    known = _SINGLE_WORDS.get(operations)
    if known is not None and known.search(expression):
        # Whatever else the expression holds, this aggregation is one of its operations.
        return ""
    aggregations = aggregations_in(expression)
    over_time = time_operations_in(expression)
    every = (*aggregations, *over_time)
    if len(every) > 1:
        if any(word in operations for word in every):
            return ""
        return f"names none of the operations of its expression; put one of {', '.join(every)} into the last part"
    if aggregations and not operations.endswith(aggregations[0]):
        return f"does not end with the one aggregation of its expression; end it with {aggregations[0]}"
    if over_time and not re.search(rf"(?i:{over_time[0]}[0-9]+[smhdwy]+)\Z", operations):
        return f"does not end with the operation over time and its range; end it with {over_time[0]}5m or the like"
    return ""


def _repeated_token(operations: str) -> str:
    seen: set[str] = set()
    for token in filter(None, operations.split("_")):
        if token in seen:
            return token
        seen.add(token)
    return ""


def _violation(record: str, text: str) -> Violation:
    return Violation(RULE, f"record {record!a} {text}")
