"""Any tree, however ill-formed, is typed or said to be unproved; nothing is raised and every type is well formed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gpurules.promql.infer.behaviours import BEHAVIOURS, SPECIAL
from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.records import record_type
from gpurules.promql.syntax.build import matcher, names
from gpurules.promql.syntax.tree import (
    Aggregation,
    At,
    Binary,
    Call,
    Duration,
    Expression,
    Fill,
    Grouping,
    GroupSide,
    Matching,
    MatrixSelector,
    Name,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)
from gpurules.promql.types import OPEN, RangeType, SeriesType
from promql_notation import series

TYPES = {
    "g": series("a b? c | a b | a > c"),
    "h": series("a b? | a~ | a > b~"),
    "w": series("a ... | a"),
    "o": OPEN,
}


class Known:
    """The metrics above."""

    def type_of(self, metric: str) -> SeriesType | None:
        return TYPES.get(metric)


LABELS = st.sampled_from(["a", "b", "c", "__name__", "", "é", "a b"])
PATTERNS = st.one_of(
    st.sampled_from([".+", "(.+)", "(.*)", "a|b", "g|h", "", "(", "(a*)*b", "\\", "[", "$1", "${1}x", "$$", "g"]),
    st.text(max_size=8),
)
SOME_LABELS = st.lists(LABELS, max_size=4).map(names)
DURATIONS = st.builds(Duration, st.sampled_from([0, 1, -60_000, 300_000, 2**70]))
NUMBERS = st.builds(NumberLiteral, st.floats())
TEXTS = st.builds(StringLiteral, st.one_of(LABELS, PATTERNS))
MATCHERS = st.lists(st.builds(matcher, LABELS, st.sampled_from(["=", "!=", "=~", "!~", "~"]), PATTERNS), max_size=3)
SELECTORS = st.builds(
    VectorSelector,
    st.one_of(st.none(), st.sampled_from(["g", "h", "w", "o", "x"]).map(Name)),
    MATCHERS.map(tuple),
    st.one_of(st.none(), DURATIONS),
    st.one_of(st.none(), st.builds(At, st.sampled_from([0, "start", "end"]))),
)
OPERATORS = st.sampled_from(
    ["+", "-", "*", "/", "%", "^", "atan2", "==", ">", "<=", "and", "or", "unless", "default", ""]
)
FUNCTIONS = st.sampled_from([*BEHAVIOURS, *SPECIAL, "histogram_quantile", "info", "nosuch", ""])
AGGREGATIONS = st.sampled_from(
    ["sum", "avg", "group", "topk", "limitk", "limit_ratio", "count_values", "quantile", "x"]
)


def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    maybe = st.one_of(st.none(), inner)
    matchings = st.one_of(st.none(), st.builds(Matching, SOME_LABELS, st.booleans()))
    groups = st.one_of(st.none(), st.builds(GroupSide, SOME_LABELS, st.booleans()))
    fills = st.sampled_from([None, None, None, Fill(NumberLiteral(0.0))])
    groupings = st.one_of(st.none(), st.builds(Grouping, SOME_LABELS, st.booleans()))
    return st.one_of(
        st.builds(Binary, OPERATORS.map(Name), inner, inner, matchings, groups, st.booleans(), fills),
        st.builds(Binary, OPERATORS.map(Name), inner, inner, matchings),
        st.builds(Aggregation, AGGREGATIONS.map(Name), inner, groupings, maybe),
        st.builds(Call, FUNCTIONS.map(Name), st.lists(inner, max_size=3).map(tuple)),
        st.builds(Call, FUNCTIONS.map(Name), st.tuples(inner, TEXTS, TEXTS, TEXTS, TEXTS)),
        st.builds(Call, FUNCTIONS.map(Name), st.builds(MatrixSelector, SELECTORS, DURATIONS).map(lambda one: (one,))),
        st.builds(Subquery, inner, DURATIONS),
        st.builds(Unary, st.sampled_from(["+", "-", "!"]).map(Name), inner),
        st.builds(Paren, inner),
    )


TREES = st.recursive(st.one_of(SELECTORS, SELECTORS, NUMBERS, TEXTS), larger, max_leaves=10)


def well_formed(type_: SeriesType) -> None:
    assert type_.certain <= type_.possible
    assert type_.constants.keys() <= type_.certain
    assert not type_.absent & type_.possible
    if not type_.open:
        assert all(key.labels <= type_.possible | {"__name__"} for key in type_.keys)


@given(TREES)
def test_no_tree_raises(tree: Expression) -> None:
    inference = infer(tree, Known())
    for node in inference.nodes:
        found = node.type.series if isinstance(node.type, RangeType) else node.type
        if isinstance(found, SeriesType):
            well_formed(found)
    recorded, _ = record_type("r", inference.type, {"a": "1", "b": ""})
    well_formed(recorded)
