"""What the independent parser is asked, and what is made of its answers."""

from __future__ import annotations

import pytest

from gpurules.promql.judge import Decision, Verdict, accepts, must_mean, same_tree
from gpurules.promql.syntax.build import selector
from gpurules.promql.syntax.lexer import MAX_LENGTH
from gpurules.promql.syntax.parser import parse
from gpurules.text.errors import CheckFailed

YES, NO, OPEN = Decision.ACCEPTED, Decision.REJECTED, Decision.UNSUPPORTED

VERDICTS = [
    ("up", YES, ""),
    ("sum by (a) (rate(x[5m])) * on (a) group_left (b) max by (a, b) (y)", YES, ""),
    ("sum_over_time(x[1h:1m] offset 5m)", YES, ""),
    ("sum(", NO, ""),
    ("x default 0", NO, ""),
    # It refuses these, and Prometheus reads them.
    ("x > 1_000", OPEN, "a number with underscores"),
    ("rate(x[1_000])", OPEN, "a number with underscores"),
    ("max_over_time(x[1_000:1m])", OPEN, "a number with underscores"),
    ("max_over_time(x[10m:1_0])", OPEN, "a number with underscores"),
    (r"x{a=`\d`}", OPEN, "a raw string with a backslash"),
    ("x </ 1", OPEN, "a histogram operator"),
    ("x >/ 1", OPEN, "a histogram operator"),
    ("rate(x[5m # five\n])", OPEN, "a sign or a comment inside a range"),
    ("rate(x[+5m])", OPEN, "a sign or a comment inside a range"),
    ("holt_winters(x[5m], 0.5, 0.5)", OPEN, "a function that Prometheus 3 no longer has"),
    ('info(x, {data=~".*"})', OPEN, "the second argument of info"),
    (r'x{a=~"\\Qx\\E"}', OPEN, "a regular expression in RE2's dialect"),
    ("anchored", OPEN, "anchored as a metric name"),
    ("sum by (a:b) (x)", OPEN, "a label with a colon in a label list"),
    ("x * on (a:b) y", OPEN, "a label with a colon in a label list"),
    ("x * on (a) group_left (b:c) y", OPEN, "a label with a colon in a label list"),
    # It accepts these, and Prometheus does not.
    ("rate(x[0])", OPEN, "a range of zero"),
    ("max_over_time(sum(x)[0:1m])", OPEN, "a range of zero"),
    ('x{a="1" or b="2"}', OPEN, "matchers joined by or"),
    ('sum(-(x{a=~"a**"}))', OPEN, "a regular expression that RE2 lacks"),
    ("abs(topk(2, x and fill (0) y))", OPEN, "fill on a set operator"),
    ("info(x, target_info{a='b'})", OPEN, "the arguments of info"),
    # These are not shown to it.
    ("u" * (MAX_LENGTH + 1), OPEN, f"longer than {MAX_LENGTH} characters"),
    ("(" * 60_000 + "up" + ")" * 60_000, OPEN, "not safe to ask promql-parser"),
    ("x\x00y", OPEN, "not safe to ask promql-parser"),
    ("x{a='\ud800'}", OPEN, "not safe to ask promql-parser"),
    (r'x{a=~"(\\w{100}){100}"}', OPEN, "would cost promql-parser too much"),
    ("+".join(["abs("] * 150) + " or ".join(['x{a=~"b"}'] * 900), OPEN, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "decision", "reason"), VERDICTS, ids=[row[0][:40] for row in VERDICTS])
def test_verdict(text: str, decision: Decision, reason: str) -> None:
    found = accepts(text)
    assert found.decision is decision, found
    assert reason in found.reason
    assert bool(found.reason) == (decision is not YES)


def test_an_accepted_expression_has_no_reason() -> None:
    assert accepts("up") == Verdict(YES)


SAME = [
    ("a + b * c", "a + b * c", True),
    ("a + b * c", "(a + b) * c", False),
    ("sum by (a) (x)", "sum without (a) (x)", False),
    ("x offset 5m", "x offset 6m", False),
    ('{__name__="x", a="1"}', 'x{a="1"}', True),
    ("x @ 10", "x @ 11", False),
    ("x @ start()", "x @ end()", False),
    ("x / on (a) group_left (b) y", "x / on (a) group_right (b) y", False),
    ("x > bool 1", "x > 1", False),
    ("rate(x[5m])", "rate(x[5m", False),
]


@pytest.mark.parametrize(("ours", "text", "same"), SAME)
def test_whether_both_read_the_same(ours: str, text: str, same: bool) -> None:
    assert same_tree(parse(ours), text) is same


REFUSED = [
    ("x", "y", "it reads another expression"),
    ("x", "sum(", "does not accept"),
    ("x", "x" * (MAX_LENGTH + 1), "it is too large to ask"),
    ("x", r'x{a=~"(\\w{100}){100}"}', "it is too large to ask"),
]


@pytest.mark.parametrize(("ours", "text", "reason"), REFUSED, ids=[row[2] + row[1][:10] for row in REFUSED])
def test_what_must_not_be_written(ours: str, text: str, reason: str) -> None:
    with pytest.raises(CheckFailed, match=reason) as raised:
        must_mean(parse(ours), text)
    assert len(str(raised.value)) < 600


def test_what_may_be_written() -> None:
    must_mean(selector("x"), "x")
    must_mean(parse("sum by (a) (rate(x[5m]))"), "sum by(a)(rate(x[5m]))")
