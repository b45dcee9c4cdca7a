"""Any text is refused or read; any tree is printed so that both parsers read it as that tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gpurules.promql.judge import Decision, accepts, same_tree
from gpurules.promql.syntax.build import aggregate, binary, call, matcher, number, relabel, selector, window
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.printer import to_lines, to_text
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.tree import Expression, Name, Unary

METRICS = st.sampled_from(["a", "b:c:sum", "by", "node_load1"])
LABELS = st.sampled_from(["job", "on", "le", "_x"])
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6)
MATCHERS = st.builds(matcher, LABELS, st.sampled_from(["=", "!="]), VALUES)
SELECTORS = st.builds(lambda name, matchers: selector(name, *matchers), METRICS, st.lists(MATCHERS, max_size=3))
NUMBERS = st.builds(number, st.floats(allow_nan=False, min_value=-1e12, max_value=1e12))
RATES = st.builds(lambda series, size: call("rate", window(series, size)), SELECTORS, st.integers(1, 10**9))


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    labels = st.lists(LABELS, max_size=3, unique=True)
    return st.one_of(
        st.builds(aggregate, st.sampled_from(["sum", "max", "group"]), labels, inner),
        st.builds(lambda by, of, k: aggregate("topk", by, of, number(k)), labels, inner, st.integers(1, 5)),
        st.builds(binary, st.sampled_from(["+", "-", "*", "/", "^", ">", "==", "and", "or", "unless"]), inner, inner),
        st.builds(lambda op, a, b, on: binary(op, a, b, on=on), st.sampled_from(["*", "and"]), inner, inner, labels),
        st.builds(
            lambda a, b, on, more: binary("*", a, b, on=on, group_left=[one for one in more if one not in on]),
            inner,
            inner,
            labels,
            labels,
        ),
        st.builds(lambda op, of, value: binary(op, of, value), st.sampled_from(["*", "/", ">"]), inner, NUMBERS),
        st.builds(lambda of: Unary(Name("-"), of), inner),
        st.builds(relabel, inner, LABELS, LABELS),
    )


def refused(text: str) -> SyntaxProblem | None:
    """Why our parser does not read ``text``."""
    try:
        parse(text)
    except SyntaxProblem as problem:
        return problem
    return None


TREES = st.recursive(st.one_of(SELECTORS, RATES), _larger, max_leaves=12)


@given(TREES)
def test_both_parsers_read_what_is_printed(tree: Expression) -> None:
    text = to_text(tree)

    assert to_text(parse(text)) == text
    assert to_text(parse(to_lines(tree, 40))) == text
    if accepts(text).decision is not Decision.UNSUPPORTED:
        assert same_tree(tree, text)


@given(st.text(max_size=60) | st.text("ab(){}[]\"'`=!~,:+-*/^%<>@# 015mh\n\\_", max_size=40))
def test_any_text_is_refused_or_read(text: str) -> None:
    refusal = refused(text)

    if refusal is not None:
        assert 0 <= refusal.span.start <= refusal.span.end <= len(text)
        return
    assert refused(to_text(parse(text))) is None
    assert accepts(text).decision is not Decision.REJECTED
