"""What Prometheus' answer means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.rollout.waiting import loaded

KEYS = ["data", "groups", "rules", "name", "health"]
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=20,
)


@given(body=JSON)
def test_no_answer_breaks_it(body: Any) -> None:
    answer = body if isinstance(body, dict) else {}
    loaded(answer, {"g": frozenset({"a:b:c"})})


def answer(*rules: dict[str, str], name: str = "g") -> dict[str, Any]:
    return {"data": {"groups": [{"name": name, "rules": list(rules)}]}}


LOADED = [
    (answer({"name": "a:b:c", "health": "ok"}), [], []),
    (answer({"name": "a:b:c", "health": "unknown"}), ["a:b:c is not evaluated yet"], []),
    (answer({"name": "a:b:c", "health": "err", "lastError": "many-to-many"}), [], ["a:b:c: many-to-many"]),
    (answer({"name": "a:b:c", "health": "err"}), [], ["a:b:c: it fails"]),
    (answer({"name": "other", "health": "ok"}), ["a:b:c is not loaded"], []),
    (answer(name="h"), ["group g is not loaded"], []),
    ({}, ["group g is not loaded"], []),
]


@pytest.mark.parametrize(("found", "waiting", "errors"), LOADED)
def test_what_prometheus_says_of_the_rules(found: dict[str, Any], waiting: list[str], errors: list[str]) -> None:
    assert loaded(found, {"g": frozenset({"a:b:c"})}) == (waiting, errors)
