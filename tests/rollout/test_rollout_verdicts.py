"""What the operators' words mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.rollout.kinds import KINDS
from gpurules.rollout.verdicts import Verdict, verdict


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
    assert verdict("PrometheusRule", body) == expected


def applied(state: str, seen: int = 2, message: str = "", vmalert: str = "main.m") -> dict[str, Any]:
    kind = f"{vmalert}.vmalert.victoriametrics.com/Applied"
    return {"type": kind, "status": state, "observedGeneration": seen, "message": message}


def vm_status(*conditions: Any, **status: Any) -> dict[str, Any]:
    return {"metadata": {"generation": 2}, "status": {"conditions": list(conditions), **status}}


MAIN, OTHER = "vmalerts m/main", "vmalerts m.x/a.b"
VM_VERDICTS = [
    ({}, Verdict(None, False)),
    ({"status": {"conditions": "x"}}, Verdict(None, False)),
    (vm_status(applied("True")), Verdict(True, True, (MAIN,))),
    (vm_status(applied("True", seen=1)), Verdict(None, True, (MAIN,))),
    (vm_status(applied("False", message="bad")), Verdict(False, True, (MAIN,), (f"{MAIN}: bad",))),
    (vm_status(applied("True"), applied("False", vmalert="o.m")),
     Verdict(False, True, (MAIN, "vmalerts m/o"), ("vmalerts m/o: it does not say why",))),
    (vm_status({"type": "Ready", "status": "False"}), Verdict(None, False)),
    (vm_status(applied("True"), updateStatus="expanding"), Verdict(True, True, (MAIN,))),
    (vm_status(updateStatus="operational", observedGeneration=2), Verdict(True, True, ("the operator",))),
    (vm_status(updateStatus="operational", observedGeneration=1), Verdict(None, True, ("the operator",))),
    (vm_status(updateStatus="failed", reason="bad"),
     Verdict(False, True, ("the operator",), ("the operator: bad",))),
    (vm_status(updateStatus="ignored"), Verdict(None, True, ("the operator",))),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), VM_VERDICTS)
def test_the_word_of_the_operator_of_victoriametrics(body: dict[str, Any], expected: Verdict) -> None:
    assert verdict("VMRule", body) == expected


KEYS = ["metadata", "generation", "status", "bindings", "conditions", "type", "updateStatus", "observedGeneration"]
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=20,
)


@given(body=JSON, kind=st.sampled_from(tuple(KINDS)))
def test_no_answer_breaks_it(body: Any, kind: str) -> None:
    verdict(kind, body if isinstance(body, dict) else {})
