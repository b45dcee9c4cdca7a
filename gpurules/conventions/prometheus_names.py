"""Names that every Prometheus accepts: the character set before UTF-8 names, and labels a rule must not set.

Source: Prometheus data model; rulefmt's validation of rule files (2.42 to 3.x).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gpurules.conventions.violation import Violation

METRIC_RULE = "prometheus-metric-name"
LABEL_RULE = "prometheus-label-name"
VALUE_RULE = "prometheus-label-value"
GROUP_RULE = "prometheus-group-name"

METRIC_NAME = "__name__"
RESERVED_PREFIX = "__"

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def check_metric_name(name: str) -> tuple[Violation, ...]:
    """Whether ``name`` is a metric name for every Prometheus release, 2.x included."""
    if _METRIC.fullmatch(name):
        return ()
    return (
        Violation(
            METRIC_RULE,
            f"metric name {name!a} is not valid; use letters, digits, _ and : and start with no digit",
        ),
    )


def check_label_name(name: str) -> tuple[Violation, ...]:
    """Whether a rule may set the label ``name``."""
    if name == METRIC_NAME:
        return (Violation(LABEL_RULE, f"label {METRIC_NAME} cannot be set by a rule; name the record instead"),)
    if name.startswith(RESERVED_PREFIX):
        return (Violation(LABEL_RULE, f"label name {name!a} is reserved; do not start it with {RESERVED_PREFIX}"),)
    if _LABEL.fullmatch(name):
        return ()
    return (
        Violation(
            LABEL_RULE,
            f"label name {name!a} is not valid; use letters, digits and _ and start with no digit",
        ),
    )


def check_label_value(label: str, value: str) -> tuple[Violation, ...]:
    """Whether ``value`` can be stored: any text that UTF-8 can write."""
    if _is_text(value):
        return ()
    return (Violation(VALUE_RULE, f"the value of label {label!a} is not UTF-8 text; remove the broken characters"),)


def check_rule_labels(labels: Mapping[str, str]) -> tuple[Violation, ...]:
    """Every breach in the static labels of a rule."""
    found: list[Violation] = []
    for name, value in labels.items():
        found += check_label_name(name)
        found += check_label_value(name, value)
    return tuple(found)


def check_group_name(name: str) -> tuple[Violation, ...]:
    """Whether a group can be called ``name``: not empty, and UTF-8 text."""
    if not name:
        return (Violation(GROUP_RULE, "a rule group has no name; name it"),)
    if not _is_text(name):
        return (Violation(GROUP_RULE, f"group name {name!a} is not UTF-8 text; remove the broken characters"),)
    return ()


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
