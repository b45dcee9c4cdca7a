"""The conventions that a single record must satisfy: one line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gpurules.conventions.name_linter import check_record_name
from gpurules.conventions.prometheus_names import check_metric_name
from gpurules.conventions.upstream_names import check_upstream_name
from gpurules.conventions.violation import Violation

RecordCheck = Callable[[str, str], tuple[Violation, ...]]
"""A check of a record's name over the text of its expression."""

RECORD_CHECKS: Mapping[str, RecordCheck] = {
    "kubevirt-name": check_record_name,
    "upstream-name": lambda record, expression: check_upstream_name(record),
    "prometheus-metric-name": lambda record, expression: check_metric_name(record),
}


def check_record(record: str, expression: str) -> tuple[Violation, ...]:
    """Every breach of every convention, in the order of the registry."""
    return tuple(violation for check in RECORD_CHECKS.values() for violation in check(record, expression))
