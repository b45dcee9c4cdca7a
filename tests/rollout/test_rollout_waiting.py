"""What the operator's status and Prometheus' answer mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.cluster.prometheus.answer import LoadedRule
from gpurules.rollout.waiting import Verdict, loaded, verdict


def status(*conditions: Any, generation: int = 2) -> dict[str, Any]:
    binding = {"resource": "prometheuses", "namespace": "m", "name": "k8s", "conditions": list(conditions)}
    return {"metadata": {"generation": generation}, "status": {"bindings": [binding]}}


def accepted(state: str, seen: int = 2, **more: str) -> dict[str, Any]:
    return {"type": "Accepted", "status": state, "observedGeneration": seen, **more}


WORKLOAD = ("prometheuses m/k8s",)
VERDICTS = [
    ({}, Verdict(None, False)),
    ({"status": {"bindings": []}}, Verdict(None, False)),
    ({"status": "x"}, Verdict(None, False)),
    (status(), Verdict(None, True, WORKLOAD)),
    (status(accepted("True")), Verdict(True, True, WORKLOAD)),
    (status(accepted("True", seen=1)), Verdict(None, True, WORKLOAD)),
    (status(accepted("False", seen=1)), Verdict(None, True, WORKLOAD)),
    (status(accepted("Unknown")), Verdict(False, True, WORKLOAD, ("prometheuses m/k8s: it does not say why",))),
    (status(accepted("False", message="bad")), Verdict(False, True, WORKLOAD, ("prometheuses m/k8s: bad",))),
    (status(accepted("False", reason="Bad")), Verdict(False, True, WORKLOAD, ("prometheuses m/k8s: Bad",))),
    (status({"type": "Other", "status": "False"}), Verdict(None, True, WORKLOAD)),
]


@pytest.mark.parametrize(("body", "expected"), VERDICTS)
def test_the_operators_word(body: dict[str, Any], expected: Verdict) -> None:
    assert verdict(body) == expected


KEYS = ["status", "bindings", "conditions", "type"]
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=20,
)


@given(body=JSON)
def test_no_status_breaks_it(body: Any) -> None:
    verdict(body if isinstance(body, dict) else {})


def rule(record: str, health: str, error: str = "", group: str = "g") -> LoadedRule:
    return LoadedRule(group, "f", 30.0, record, "", "up", {}, health, error, 0.0, 0.0)


LOADED = [
    ([rule("a:b:c", "ok")], [], []),
    ([rule("a:b:c", "unknown")], ["a:b:c is not evaluated yet"], []),
    ([rule("a:b:c", "err", "many-to-many")], [], ["a:b:c: many-to-many"]),
    ([rule("a:b:c", "err")], [], ["a:b:c: it fails"]),
    ([rule("other", "ok")], ["a:b:c is not loaded"], []),
    ([rule("a:b:c", "ok", group="h")], ["group g is not loaded"], []),
    ([], ["group g is not loaded"], []),
]


@pytest.mark.parametrize(("found", "waiting", "errors"), LOADED)
def test_what_prometheus_says_of_the_rules(found: list[LoadedRule], waiting: list[str], errors: list[str]) -> None:
    assert loaded(found, {"g": frozenset({"a:b:c"})}) == (waiting, errors)
