"""What prometheus-operator and the API server accept."""

from __future__ import annotations

import pytest
import yaml

from gpurules.conventions.operator import (
    ANNOTATIONS_LIMIT,
    SPEC_LIMIT,
    check_annotations,
    check_groups,
    check_interval,
    check_labels,
    check_namespace,
    check_object_name,
    check_partial_response_strategy,
    check_spec_size,
    spec_size,
)
from gpurules.conventions.plain import PlainGroup, PlainRule

RULE = PlainRule("a:kubevirt_b:sum", "sum(b)")


@pytest.mark.parametrize("name", ["a", "gpu-rules", "a.b-c.d", "9", "a" * 63, ".".join(["a" * 50] * 4)])
def test_object_names(name: str) -> None:
    assert check_object_name(name) == ()


@pytest.mark.parametrize("name", ["", "A", "-a", "a-", "a..b", ".a", "a_b", "a b", "ä", "a\n", "a" * 254])
def test_no_object_names(name: str) -> None:
    (violation,) = check_object_name(name)
    assert "; " in violation.message
    assert violation.message.isprintable()


@pytest.mark.parametrize("namespace", ["", "monitoring", "a-1", "a" * 63])
def test_namespaces(namespace: str) -> None:
    assert check_namespace(namespace) == ()


@pytest.mark.parametrize("namespace", ["A", "a.b", "-a", "a" * 64, "a\n", "\u2028"])
def test_no_namespaces(namespace: str) -> None:
    (violation,) = check_namespace(namespace)
    assert violation.message.isprintable()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("role", "alert-rules"),
        ("prometheus.kubevirt.io", "true"),
        ("app.kubernetes.io/part-of", ""),
        ("A_b.c-9", "A_b.c-9"),
        ("a/" + "b" * 63, "c" * 63),
    ],
)
def test_labels(key: str, value: str) -> None:
    assert check_labels({key: value}) == ()


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("", "x", "label key"),
        ("/a", "x", "label key"),
        ("a/", "x", "label key"),
        ("a/b/c", "x", "label key"),
        ("A/b", "x", "label key"),
        ("-a", "x", "label key"),
        ("b" * 64, "x", "label key"),
        ("a" * 254 + "/b", "x", "label key"),
        ("a", "b c", "value"),
        ("a", "-", "value"),
        ("a", "b" * 64, "value"),
        ("a", "b\n", "value"),
    ],
)
def test_no_labels(key: str, value: str, says: str) -> None:
    (violation,) = check_labels({key: value})
    assert violation.message.startswith(says)
    assert violation.message.isprintable()


def test_annotations_hold_any_text_up_to_a_size() -> None:
    assert check_annotations({"a.io/B": "any\ntext\x00", "b": "x" * (ANNOTATIONS_LIMIT - 16)}) == ()
    (violation,) = check_annotations({"a": "x" * (ANNOTATIONS_LIMIT - 10), "b": "ä" * 5})
    assert f"have {ANNOTATIONS_LIMIT + 2} bytes" in violation.message
    (violation,) = check_annotations({"a b": ""})
    assert violation.message.startswith("annotation key 'a b'")


@pytest.mark.parametrize("interval", ["", "0", "30s", "1m", "1h30m", "1y1w1d1h1m1s1ms", "100ms", "0s", "292y"])
def test_intervals(interval: str) -> None:
    assert check_interval(interval) == ()


@pytest.mark.parametrize(
    "interval", ["30", "-1m", "1.5m", "m", "1m1h", "1 m", "30S", "1m\n", "٣s", "293y", "9" * 5000 + "ms", "1us"]
)
def test_no_intervals(interval: str) -> None:
    (violation,) = check_interval(interval)
    assert violation.message.startswith("interval ")


@pytest.mark.parametrize(("strategy", "known"), [("", True), ("abort", True), ("WARN", True), ("ignore", False)])
def test_partial_response_strategies(strategy: str, known: bool) -> None:
    assert (check_partial_response_strategy(strategy) == ()) is known


def test_groups() -> None:
    assert check_groups((PlainGroup("a", (RULE,)), PlainGroup("b", (RULE,), "1m"))) == ()
    found = check_groups((PlainGroup("a", (RULE,)), PlainGroup("a", (), "soon")))
    assert [violation.message.partition(";")[0] for violation in found] == [
        "2 groups are called 'a'",
        "group 'a' has no rules",
        "interval of group 'a' 'soon' is not a duration",
    ]


def test_size_limit_is_exact() -> None:
    empty = spec_size((PlainGroup("g", (PlainRule("r", ""),)),))
    fits = PlainGroup("g", (PlainRule("r", "x" * (SPEC_LIMIT - empty)),))
    assert spec_size((fits,)) == SPEC_LIMIT
    assert check_spec_size((fits,)) == ()
    (violation,) = check_spec_size((PlainGroup("g", (PlainRule("r", "x" * (SPEC_LIMIT - empty + 1)),)),))
    assert f"have {SPEC_LIMIT + 1} bytes" in violation.message


def test_size_is_that_of_a_rule_file_with_literal_blocks() -> None:
    rules = (
        PlainRule("a:kubevirt_b:sum", 'sum by (name) (\n  b{c="ä"}\n)'),
        PlainRule("a:kubevirt_c:sum", "sum(\n  c\n)", (("d", "true"), ("e", "no"))),
        PlainRule("a:kubevirt_d:sum", "  c\n+\n  d"),
    )
    groups = (PlainGroup("one", rules, "30s"), PlainGroup("two", rules))
    data = {
        "groups": [
            {
                "name": group.name,
                **({"interval": group.interval} if group.interval else {}),
                "rules": [
                    {
                        "expr": _Literal(rule.expression),
                        **({"labels": dict(rule.labels)} if rule.labels else {}),
                        "record": rule.record,
                    }
                    for rule in group.rules
                ],
            }
            for group in groups
        ]
    }
    written = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, default_style=None)
    assert spec_size(groups) == len(written.encode())


class _Literal(str):
    """A string that is dumped as a literal block."""


class _Dumper(yaml.SafeDumper):
    """Writes sequences without indentation and multi-line strings as blocks, as Go's YAML does."""


_Dumper.add_representer(
    _Literal, lambda dumper, data: dumper.represent_scalar("tag:yaml.org,2002:str", str(data), style="|")
)
