"""Reading and printing: spans, precedence, layout, what is refused and where, and bounds."""

from __future__ import annotations

import contextlib

import pytest

from gpurules.promql.judge import Decision, accepts, same_tree
from gpurules.promql.syntax.build import binary, call, matcher, number, selector
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.printer import to_lines, to_text
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Name,
    NumberLiteral,
    Paren,
    Unary,
    VectorSelector,
    walk,
)

VALID = """
up
{__name__="up"}
{__name__=~"a|b", job!=""}
up{job="a", instance=~"b.*", pod!="c", node!~"d|e"}
up offset 5m
up offset -5m
up @ 1700000000
up @ start()
up @ end() offset 1h
rate(up[5m])
rate(up[5m] offset 1m)
rate(up{job="a"}[1h30m])
max_over_time(rate(up[5m])[1h:1m])
max_over_time(up[1h:])
sum(up)
sum by (job) (up)
sum(up) by (job)
sum without (job, pod) (up)
topk(3, up)
topk by (job) (3, up)
quantile(0.9, up)
count_values("version", build_info)
group by (job) (up)
a + b
a - b * c
(a - b) * c
a ^ b ^ c
(a ^ b) ^ c
-a ^ 2
(-a) ^ 2
-a * b
-1
1 + 2 * 3
a > 1
a > bool 1
a == bool b
1 == bool 2
a * on (job) b
a * on () b
a * ignoring (pod) b
a * on (job) group_left (name) b
a * on (job) group_left () b
a * on (job) group_right (name) b
a and b
a or b unless c
a and on (job) b
a unless ignoring (job) b
a % b
a atan2 b
absent(up{job="x"})
vector(1)
scalar(up)
time()
timestamp(up)
label_replace(up, "a", "$1", "b", "(.+)")
label_join(up, "a", "-", "b", "c")
histogram_quantile(0.9, rate(x_bucket[5m]))
clamp(up, 0, 1)
sum by (on, bool, offset) (up)
up{on="a", by="b"}
Inf
NaN
0x1F
1e3
.5
a:b:c
sum(rate(a[5m])) / sum(rate(b[5m])) > 0.5
last_over_time(a[5m]) or last_over_time(b[5m])
sort_desc(sum by (a) (b))
changes(up[1d])
predict_linear(x[1h], 3600)
up{job='single', other=`raw`}
up{path="a\\\\b\\n\\"c\\""}
""".strip().splitlines()


@pytest.mark.parametrize("text", VALID)
def test_what_is_printed_is_what_was_read(text: str) -> None:
    tree = parse(text)

    assert _bare(parse(to_text(tree))) == _bare(tree)
    assert _bare(parse(to_lines(tree, 20))) == _bare(tree)
    assert to_text(parse(to_text(tree))) == to_text(tree)


@pytest.mark.parametrize("text", VALID)
def test_the_independent_parser_agrees(text: str) -> None:
    tree = parse(text)

    assert accepts(text).decision is Decision.ACCEPTED
    assert same_tree(tree, to_text(tree))


@pytest.mark.parametrize("text", VALID)
def test_every_word_is_where_its_span_says(text: str) -> None:
    tree = parse(text)

    assert text[tree.span.start : tree.span.end] == text
    for node in walk(tree):
        assert 0 <= node.span.start < node.span.end <= len(text)
        assert [name.text for name in _words(node) if text[name.span.start : name.span.end] != name.text] == []


def _words(node: Expression) -> list[Name]:
    match node:
        case VectorSelector():
            own = [node.name] if node.name is not None else []
            return [*own, *(entry.label for entry in node.matchers)]
        case Call():
            return [node.function]
        case Aggregation():
            return [node.op, *(node.grouping.labels if node.grouping else ())]
        case Binary():
            on = node.matching.labels if node.matching else ()
            return [node.op, *on, *(node.group.include if node.group else ())]
        case Unary():
            return [node.op]
        case _:
            return []


def _bare(node: Expression) -> str:
    """The shape of a tree, without the parentheses that a person wrote."""
    while isinstance(node, Paren):
        node = node.expression
    match node:
        case Binary():
            return f"({_bare(node.left)} {node.op} {node.matching} {node.group} {node.return_bool} {_bare(node.right)})"
        case Unary():
            return f"({node.op}{_bare(node.expression)})"
        case Call():
            return f"{node.function}({[_bare(one) for one in node.arguments]})"
        case Aggregation():
            parameter = _bare(node.parameter) if node.parameter else ""
            return f"{node.op}{node.grouping}({parameter}, {_bare(node.expression)})"
        case NumberLiteral():
            return repr(node.value)
        case _:
            return repr(node)


A, B, C = selector("a"), selector("b"), selector("c")
PRECEDENCE = {
    "right of a product": (binary("*", A, binary("+", B, C)), "a * (b + c)"),
    "left of a product": (binary("*", binary("+", A, B), C), "(a + b) * c"),
    "right of a difference": (binary("-", A, binary("-", B, C)), "a - (b - c)"),
    "left of a difference": (binary("-", binary("-", A, B), C), "a - b - c"),
    "powers from the right": (binary("^", A, binary("^", B, C)), "a ^ b ^ c"),
    "power of a power": (binary("^", binary("^", A, B), C), "(a ^ b) ^ c"),
    "or in and": (binary("and", binary("or", A, B), C), "(a or b) and c"),
    "and in or": (binary("or", A, binary("and", B, C)), "a or b and c"),
    "comparison in sum": (binary("+", A, binary(">", B, number(0))), "a + (b > 0)"),
    "large number": (binary("*", A, number(1048576)), "a * 1048576"),
    "negative number": (binary("*", A, number(-1)), "a * -1"),
    "quotes": (selector("x", matcher("a", "=", 'b"\\\n')), 'x{a="b\\"\\\\\\n"}'),
    "call": (call("clamp", A, number(0), number(1)), "clamp(a, 0, 1)"),
}


@pytest.mark.parametrize(("tree", "text"), PRECEDENCE.values(), ids=PRECEDENCE)
def test_parentheses_where_precedence_asks_for_them(tree: Expression, text: str) -> None:
    assert to_text(tree) == text
    assert _bare(parse(text)) == _bare(tree)


LAYOUT = {
    "fits": ("sum by (a) (b)", 40, "sum by (a) (b)"),
    "aggregation": ("sum by (aaaa) (bbbbbbbb)", 12, "sum by (aaaa) (\n  bbbbbbbb\n)"),
    "operator between its sides": ("aaaaaa * on (x) bbbbbb", 12, "  aaaaaa\n* on (x)\n  bbbbbb"),
    "a factor stays": ("sum by (aaaa) (bbbbbbbb) * 1024", 12, "sum by (aaaa) (\n  bbbbbbbb\n) * 1024"),
    "a factor of a sum": ("(aaaaaa + bbbbbb) / 2", 12, "(\n    aaaaaa\n  +\n    bbbbbb\n) / 2"),
}


@pytest.mark.parametrize(("text", "width", "lines"), LAYOUT.values(), ids=LAYOUT)
def test_layout(text: str, width: int, lines: str) -> None:
    assert to_lines(parse(text), width) == lines


REFUSED = {
    "nothing": ("", "", ""),
    "comment only": ("# nothing", "", ""),
    "open parenthesis": ("sum(a", "", ""),
    "operator without a side": ("a +", "", ""),
    "unknown function": ("rat(a[5m])", "rat", "rat"),
    "range function of an instant": ("rate(a)", "a", "range"),
    "instant function of a range": ("abs(a[5m])", "a[5m]", "instant"),
    "too few arguments": ("clamp(a, 0)", "", "argument"),
    "aggregation without its parameter": ("topk(a)", "", ""),
    "set operator on a number": ("a and 1", "", ""),
    "comparison of numbers": ("1 > 2", "", "bool"),
    "all matchers empty": ('{a=~".*"}', "", "empty"),
    "group with a set operator": ("a and on (x) group_left () b", "", ""),
    "label in both lists": ("a * on (x) group_left (x) b", "x", ""),
    "bad duration": ("a[5x]", "", ""),
    "two offsets": ("a offset 1m offset 2m", "", "offset"),
    "unfinished string": ('a{b="c', "", ""),
    "look-ahead": ('a{b=~"(?=c)"}', "", ""),
    "template": ("a{b={{ .x }}}", "", ""),
}


@pytest.mark.parametrize(("text", "word", "said"), REFUSED.values(), ids=REFUSED)
def test_refused_with_a_place(text: str, word: str, said: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(text)

    span = caught.value.span
    assert 0 <= span.start <= span.end <= len(text)
    assert caught.value.message
    assert said in caught.value.message
    if word:
        assert word in text[span.start : span.end]
    assert accepts(text).decision is not Decision.ACCEPTED


HOSTILE = {
    "deep parentheses": "(" * 100_000,
    "deep calls": "abs(" * 50_000 + "a" + ")" * 50_000,
    "long": "a" * 1_000_000,
    "long chain": " + ".join(["a"] * 10_000),
    "signs": "-" * 100_000 + "1",
    "subqueries": "a" + "[1h:1m]" * 50_000,
    "braces": "{" * 100_000,
    "control characters": "\x00\x1b[31m" * 1_000,
    "powers": " ^ ".join(["a"] * 5_000),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_or_read(text: str) -> None:
    with contextlib.suppress(SyntaxProblem):
        tree = parse(text)
        assert parse(to_text(tree)) == tree
    assert accepts(text).decision in Decision
