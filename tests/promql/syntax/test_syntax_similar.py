"""A text that is like one read before gives the tree that parsing it gives, with every span, or the same refusal."""

from __future__ import annotations

import random
import re
from dataclasses import fields, is_dataclass

import pytest

from gpurules.promql.syntax import similar
from gpurules.promql.syntax.parser import parse, parse_anew
from gpurules.promql.syntax.printer import to_text
from gpurules.promql.syntax.problem import SyntaxProblem
from promql_fuzz.expressions import MAKERS, expression
from promql_fuzz.worlds import schema

METRICS = re.compile(r"\b[mnou]\b(?![\"|(])|\bh_bucket\b")
NUMBERS = re.compile(r"(?<![\w.\"\[$(-])\d+\b(?![\w.\"])")
OTHERS = ("x", "a:b:c", "node_memory_Active_bytes", "sum", "rate", "on", "BY", "Inf", "offset", "bool", "unless", "e5",
          "start", "a.b", "9a", "x", "xy", "xyz", "_", ":")  # fmt: skip
FIGURES = ("0", "7", "10", "1024", "0.5", "2.25", "08", "1e5", "0x1f", "5m", ".5", "1.", "1_000", "999999999999999999")


def content(node: object) -> object:
    """Everything in a tree, spans too."""
    if isinstance(node, tuple):
        return tuple(map(content, node))
    if not is_dataclass(node):
        return node
    return (type(node).__name__, *(content(getattr(node, item.name)) for item in fields(node)))


def outcome(read: object, text: str) -> object:
    try:
        return content(read(text))  # type: ignore[operator]
    except SyntaxProblem as problem:
        return problem.message, problem.span, problem.advice, problem.unsupported


@pytest.mark.parametrize("construct", MAKERS)
def test_other_names_and_numbers(construct: str) -> None:
    rng = random.Random(construct)
    there = schema(rng)
    similar.forget()
    for _ in range(6):
        text = f"max without (one_more_label, another_label) ({to_text(expression(rng, there, construct))}) > 12"
        assert outcome(parse, text) == outcome(parse_anew, text)
        for _ in range(25):
            other = METRICS.sub(lambda _: rng.choice(OTHERS), text)
            if rng.random() < 0.7:
                other = NUMBERS.sub(lambda _: rng.choice(FIGURES), other)
            assert outcome(parse, other) == outcome(parse_anew, other), other


COLD = [
    # a text, and one that is not like it
    ("sum by (namespace, pod) (metric_name) > 5", "sum by (namespace, pod) (metric_name)  > 5"),
    ("sum by (namespace, pod) (metric_name) > 5", "sum by (namespace, job) (metric_name) > 5"),
    ("sum by (namespace, pod) (metric_name) > 5", "max by (namespace, pod) (metric_name) > 5"),
    ('sum by (namespace) (metric_name{a="b"}) > 5', 'sum by (namespace) (metric_name{a="c"}) > 5'),
    ("sum by (namespace) (rate(metric_name[5m])) > 5", "sum by (namespace) (rate(metric_name[6m])) > 5"),
    ("sum by (namespace, pod) (metric_name) >   5", "sum by (namespace, pod) (metric_name) >= 5"),
    ("sum by (namespace, pod) (metric_name @ 100) ", "sum by (namespace, pod) (metric_name @ 200) "),
    ('{"metric_name", namespace="a", pod="b"} > 5', '{"metric name", namespace="a", pod="b"} > 5'),
    ("metric_name > 5 # and a comment about it all", "metric_name > 5 # and a remark about it alls"),
]


@pytest.mark.parametrize(("before", "text"), COLD)
def test_what_is_not_alike(before: str, text: str) -> None:
    similar.forget()
    for _ in range(3):
        parse(before)
    assert outcome(parse, text) == outcome(parse_anew, text)


def test_a_text_like_two_before_is_not_parsed() -> None:
    similar.forget()
    asked = []

    def counting(text: str) -> object:
        asked.append(text)
        return parse_anew(text)

    texts = [f"sum by (namespace, pod) (rate(metric_{number}[5m])) > {number}" for number in range(10, 100)]
    for text in texts:
        similar.read(text, counting)  # type: ignore[arg-type]
    assert len(asked) == 3


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "MOST_SKELETONS", 10)
    monkeypatch.setattr(similar, "MOST_TREES", 10)
    similar.forget()
    for number in range(100):
        for _ in range(3):
            parse("sum by (namespace, pod) (metric)" + " " * number + " + " + "1" * (number % 15 + 1))
        assert len(similar._seen) <= 10
        assert sum(len(one.makers) for one in similar._seen.values() if one) <= 10
