"""Which matchers of a selector establish the guard of a dependency."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.promql.guard import established
from gpurules.promql.types import Guard

NOT_EMPTY = Guard("p", "!=", "")
NOT_NONE = Guard("p", "!=", "<none>")
LAUNCHER = Guard("p", "=~", "virt-launcher-.+")
IS_A = Guard("p", "=", "a")
NOT_WORDS = Guard("p", "!~", "a|b")


@pytest.mark.parametrize(
    ("guard", "op", "value", "holds"),
    [
        (NOT_EMPTY, "!=", "", True),
        (NOT_EMPTY, "=", "x", True),
        (NOT_EMPTY, "=", "", False),
        (NOT_EMPTY, "=~", ".+", True),
        (NOT_EMPTY, "=~", ".*", False),
        (NOT_EMPTY, "=~", "a|b", True),
        (NOT_EMPTY, "=~", "a|", False),
        (NOT_EMPTY, "=~", "virt-launcher-.+", True),
        (NOT_EMPTY, "=~", "a?", False),
        (NOT_EMPTY, "=~", "ab?", True),
        (NOT_EMPTY, "=~", "(?i)a", False),
        (NOT_EMPTY, "!~", "|<none>", True),
        (NOT_EMPTY, "!~", "", True),
        (NOT_EMPTY, "!=", "x", False),
        (NOT_NONE, "!=", "<none>", True),
        (NOT_NONE, "!=", "", False),
        (NOT_NONE, "=~", ".+", False),
        (NOT_NONE, "=~", "virt-launcher-.+", True),
        (NOT_NONE, "=~", "<none>.+", False),
        (NOT_NONE, "!~", "|<none>", True),
        (NOT_NONE, "!~", "(|<none>)", False),
        (LAUNCHER, "=~", "virt-launcher-.+", True),
        (LAUNCHER, "=", "virt-launcher-a", True),
        (LAUNCHER, "=", "virt-launcher-", False),
        (LAUNCHER, "=", "virt-launcher-a\nb", False),
        (LAUNCHER, "=", "other", False),
        (LAUNCHER, "!=", "", False),
        (IS_A, "=", "a", True),
        (IS_A, "=", "b", False),
        (IS_A, "=~", "a", False),
        (NOT_WORDS, "=", "c", True),
        (NOT_WORDS, "=", "a", False),
    ],
)
def test_one_matcher(guard: Guard, op: str, value: str, holds: bool) -> None:
    assert established(guard, [("p", op, value)]) is holds
    assert established(guard, [("other", op, value)]) is False


def test_any_matcher_will_do_and_none_will_not() -> None:
    assert established(NOT_EMPTY, [("q", "=", "x"), ("p", "=", "x"), ("p", "!=", "y")])
    assert not established(NOT_EMPTY, [])


PIECES = st.sampled_from(["a", "b", "<none>", "", ".", "+", "*", "?", "|", "(", ")", ".+", "{0}", "\\.", "[ab]", "\n"])
TEXT = st.lists(PIECES, max_size=5).map("".join)
OPS = st.sampled_from(["=", "!=", "=~", "!~"])


def satisfies(value: str, op: str, wanted: str) -> bool:
    if op in ("=", "!="):
        return (value == wanted) == (op == "=")
    return (re.fullmatch(wanted, value) is not None) == (op == "=~")


@given(OPS, TEXT, OPS, TEXT, TEXT)
def test_an_established_guard_holds(op: str, value: str, guard_op: str, guard_value: str, sample: str) -> None:
    """No value passes the matcher and fails a guard that is said to be established."""
    try:
        passes = satisfies(sample, op, value)
        holds = satisfies(sample, guard_op, guard_value)
    except re.error:
        return
    if established(Guard("p", guard_op, guard_value), [("p", op, value)]) and passes:
        assert holds
