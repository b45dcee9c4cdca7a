"""Names that every Prometheus accepts."""

from __future__ import annotations

import pytest

from gpurules.conventions.prometheus_names import (
    check_group_name,
    check_label_name,
    check_metric_name,
    check_rule_labels,
)


@pytest.mark.parametrize("name", ["a", "_", ":", "vmi:kubevirt_x:sum", "A9_:"])
def test_metric_names(name: str) -> None:
    assert check_metric_name(name) == ()


@pytest.mark.parametrize("name", ["", "9a", "a-b", "a b", "a.b", "a{}", "ä", "a\n", "a\x00", "\ud800"])
def test_no_metric_names(name: str) -> None:
    (violation,) = check_metric_name(name)
    assert violation.message.isascii()
    assert violation.message.isprintable()


@pytest.mark.parametrize("name", ["a", "_a", "a9", "UUID"])
def test_label_names(name: str) -> None:
    assert check_label_name(name) == ()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("__name__", "name the record instead"),
        ("__x", "reserved"),
        ("", "not valid"),
        ("a:b", "not valid"),
        ("a-b", "not valid"),
        ("1a", "not valid"),
        ("a\n", "not valid"),
    ],
)
def test_no_label_names(name: str, says: str) -> None:
    (violation,) = check_label_name(name)
    assert says in violation.message


def test_all_labels_are_judged() -> None:
    found = check_rule_labels({"ok": "any\ntext", "a-b": "x", "c": "\udc00"})
    assert [violation.rule for violation in found] == ["prometheus-label-name", "prometheus-label-value"]


@pytest.mark.parametrize("name", ["g", "a group: of rules", "ä"])
def test_group_names(name: str) -> None:
    assert check_group_name(name) == ()


@pytest.mark.parametrize("name", ["", "\ud800"])
def test_no_group_names(name: str) -> None:
    (violation,) = check_group_name(name)
    assert violation.rule == "prometheus-group-name"
