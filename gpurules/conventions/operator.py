"""What prometheus-operator, its PrometheusRule CRD and the Kubernetes API server accept.

Source: prometheus-operator 0.93 (pkg/operator/rules.go, CRD monitoring.coreos.com_prometheusrules); Kubernetes object
names and labels (RFC 1123; apimachinery's validation of qualified names and annotations).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from gpurules.conventions.plain import PlainGroup
from gpurules.conventions.violation import Violation

SPEC_LIMIT = 524_288
"""Bytes of one rendered spec: half of what a Kubernetes Secret holds; the operator skips a larger object whole."""
ANNOTATIONS_LIMIT = 262_144
"""Bytes of all annotation keys and values of one object."""
NAME_LIMIT = 253
LABEL_LIMIT = 63
DURATION_LIMIT = 2**63 // 10**6
"""Milliseconds that fit into the nanoseconds of a Go duration (292 years)."""

NAME_RULE = "kubernetes-name"
LABEL_RULE = "kubernetes-label"
ANNOTATION_RULE = "kubernetes-annotation"
GROUP_RULE = "operator-group"
INTERVAL_RULE = "operator-interval"
STRATEGY_RULE = "operator-partial-response"
SIZE_RULE = "operator-size"

_DNS_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_DURATION = re.compile(
    r"(?:(?P<y>[0-9]+)y)?(?:(?P<w>[0-9]+)w)?(?:(?P<d>[0-9]+)d)?(?:(?P<h>[0-9]+)h)?"
    r"(?:(?P<m>[0-9]+)m)?(?:(?P<s>[0-9]+)s)?(?:(?P<ms>[0-9]+)ms)?"
)
_MILLISECONDS = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}


def check_object_name(name: str) -> tuple[Violation, ...]:
    """Whether an object can be called ``name``: an RFC 1123 subdomain of at most 253 characters."""
    if not name:
        return (Violation(NAME_RULE, "the object has no name; give it one with --name"),)
    if len(name) > NAME_LIMIT:
        return (Violation(NAME_RULE, f"object name has {len(name)} characters; use at most {NAME_LIMIT}"),)
    if all(_DNS_LABEL.fullmatch(part) for part in name.split(".")):
        return ()
    return (
        Violation(
            NAME_RULE,
            f"object name {name!a} is not valid; use lower-case letters, digits, - and . "
            "and begin and end each part with a letter or digit",
        ),
    )


def check_namespace(namespace: str) -> tuple[Violation, ...]:
    """Whether ``namespace`` is an RFC 1123 label of at most 63 characters; empty means kubectl's own."""
    if not namespace or (len(namespace) <= LABEL_LIMIT and _DNS_LABEL.fullmatch(namespace)):
        return ()
    return (
        Violation(
            NAME_RULE,
            f"namespace {_short(namespace)} is not valid; use at most {LABEL_LIMIT} lower-case letters, digits and - "
            "and begin and end with a letter or digit",
        ),
    )


def check_labels(labels: Mapping[str, str]) -> tuple[Violation, ...]:
    """Every breach in the labels of an object."""
    found: list[Violation] = []
    for key, value in labels.items():
        found += _check_key(LABEL_RULE, "label key", key)
        if value and not (len(value) <= LABEL_LIMIT and _QUALIFIED.fullmatch(value)):
            found.append(
                Violation(
                    LABEL_RULE,
                    f"value {_short(value)} of label {_short(key)} is not valid; use at most {LABEL_LIMIT} letters, "
                    "digits, -, _ and . and begin and end with a letter or digit",
                )
            )
    return tuple(found)


def check_annotations(annotations: Mapping[str, str]) -> tuple[Violation, ...]:
    """Every breach in the annotations of an object: syntax of the keys, size of the whole."""
    found: list[Violation] = []
    size = 0
    for key, value in annotations.items():
        found += _check_key(ANNOTATION_RULE, "annotation key", key.lower())
        size += _bytes(key) + _bytes(value)
    if size > ANNOTATIONS_LIMIT:
        found.append(
            Violation(
                ANNOTATION_RULE, f"the annotations have {size} bytes; keep all together within {ANNOTATIONS_LIMIT}"
            )
        )
    return tuple(found)


def check_interval(interval: str, what: str = "interval") -> tuple[Violation, ...]:
    """Whether ``interval`` is a duration as Prometheus and the CRD read it; empty means the server's default."""
    if interval in ("", "0"):
        return ()
    match = _DURATION.fullmatch(interval) if interval.isascii() else None
    if match is None:
        return (
            Violation(INTERVAL_RULE, f"{what} {_short(interval)} is not a duration; write it like 30s, 5m or 1h30m"),
        )
    parts = {unit: digits for unit, digits in match.groupdict().items() if digits}
    if any(len(digits) > 19 for digits in parts.values()) or (
        sum(int(digits) * _MILLISECONDS[unit] for unit, digits in parts.items()) > DURATION_LIMIT
    ):
        return (Violation(INTERVAL_RULE, f"{what} {_short(interval)} is out of range; use less than 292 years"),)
    return ()


def check_partial_response_strategy(strategy: str) -> tuple[Violation, ...]:
    """Whether Thanos Ruler knows ``strategy``; the operator erases it for Prometheus."""
    if strategy.lower() in ("", "abort", "warn"):
        return ()
    return (Violation(STRATEGY_RULE, f"partial_response_strategy {_short(strategy)} is not known; use abort or warn"),)


def check_groups(groups: Sequence[PlainGroup]) -> tuple[Violation, ...]:
    """Every breach in the groups as a list: names that repeat, groups without rules, intervals."""
    found: list[Violation] = []
    for name, count in Counter(group.name for group in groups).items():
        if count > 1:
            found.append(Violation(GROUP_RULE, f"{count} groups are called {_short(name)}; give each its own name"))
    for group in groups:
        if not group.rules:
            found.append(Violation(GROUP_RULE, f"group {_short(group.name)} has no rules; remove it or add rules"))
        found += check_interval(group.interval, f"interval of group {_short(group.name)}")
        found += check_interval(group.query_offset, f"query_offset of group {_short(group.name)}")
        found += check_partial_response_strategy(group.partial_response)
    return tuple(found)


def check_spec_size(groups: Iterable[PlainGroup]) -> tuple[Violation, ...]:
    """Whether the operator will take the groups in one object."""
    size = spec_size(groups)
    if size <= SPEC_LIMIT:
        return ()
    return (
        Violation(
            SIZE_RULE,
            f"the rules have {size} bytes and an operator takes {SPEC_LIMIT} in one object; "
            "allow more groups with --groups subsystem, or write a plain rule file with --format rules",
        ),
    )


def spec_size(groups: Iterable[PlainGroup]) -> int:
    """Bytes of the rule file that the operator writes from the groups, with expressions as literal blocks."""
    size = len("groups:\n")
    for group in groups:
        size += len("- name: \n  rules:\n") + _bytes(group.name)
        if group.interval:
            size += len("  interval: \n") + len(group.interval)
        if group.query_offset:
            size += len("  query_offset: \n") + len(group.query_offset)
        if group.partial_response:
            size += len("  partial_response_strategy: \n") + len(group.partial_response)
        for rule in group.rules:
            lines = rule.expression.count("\n") + 1
            size += len("  - expr: |-\n    record: \n") + _bytes(rule.record) + _bytes(rule.expression) + 6 * lines + 1
            size += rule.expression.startswith(" ")
            if rule.labels:
                size += len("    labels:\n")
                # Quotes as well: a value such as "true" gets them.
                size += sum(len('      : ""\n') + _bytes(name) + _bytes(value) for name, value in rule.labels)
    return size


def _check_key(rule: str, what: str, key: str) -> tuple[Violation, ...]:
    prefix, slash, name = key.rpartition("/")
    good_prefix = not slash or (
        0 < len(prefix) <= NAME_LIMIT and all(_DNS_LABEL.fullmatch(part) for part in prefix.split("."))
    )
    if good_prefix and len(name) <= LABEL_LIMIT and _QUALIFIED.fullmatch(name):
        return ()
    return (
        Violation(
            rule,
            f"{what} {_short(key)} is not valid; use name or prefix/name: a name of at most {LABEL_LIMIT} letters, "
            "digits, -, _ and . that begins and ends with a letter or digit, a prefix that is a DNS name",
        ),
    )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _short(text: str) -> str:
    return ascii(text if len(text) <= 80 else text[:77] + "...")
