"""Who takes a rule object: selectors as the operator and Kubernetes read them, and what is said where nobody does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.rollout.checks import Ground
from gpurules.rollout.evaluators import judge
from gpurules.rollout.kinds import KINDS
from gpurules.rollout.selection import evaluator, matches, missing_labels, selects_namespace, selects_rule
from gpurules.rollout.wanted import Wanted

TEAM = {"team": "gpu", "tier": "1"}


def expressions(*rows: tuple[str, str, list[str] | None]) -> dict[str, Any]:
    return {
        "matchExpressions": [
            {"key": key, "operator": operator} | ({"values": values} if values is not None else {})
            for key, operator, values in rows
        ]
    }


MATCHES = [
    ({}, True, {}),
    ({"matchLabels": {"team": "gpu"}}, True, {}),
    ({"matchLabels": {"team": "cpu"}}, False, {"team": "cpu"}),
    ({"matchLabels": {"team": "gpu", "release": "x"}}, False, {"release": "x"}),
    (expressions(("team", "In", ["a", "gpu"])), True, {}),
    (expressions(("role", "In", ["a", "b"])), False, {"role": "a"}),
    (expressions(("team", "NotIn", ["gpu"])), False, None),
    (expressions(("other", "NotIn", ["gpu"])), True, {}),
    (expressions(("team", "Exists", None)), True, {}),
    (expressions(("role", "Exists", None)), False, {"role": "true"}),
    (expressions(("team", "DoesNotExist", None)), False, None),
    (expressions(("role", "DoesNotExist", None)), True, {}),
    (expressions(("team", "Nonsense", None)), False, None),
    (expressions(("role", "In", [])), False, None),
    (expressions(("role", "In", ["a"]), ("role", "NotIn", ["a"])), False, None),
]


@pytest.mark.parametrize(("selector", "takes", "missing"), MATCHES)
def test_label_selectors(selector: dict[str, Any], takes: bool, missing: dict[str, str] | None) -> None:
    assert matches(selector, TEAM) is takes
    assert missing_labels(selector, TEAM) == missing


@given(
    labels=st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"), max_size=3),
    wanted=st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"]),
            st.lists(st.sampled_from("xyz"), min_size=1, max_size=2),
        ),
        max_size=4,
    ),
)
def test_the_labels_that_are_named_are_enough(labels: dict[str, str], wanted: list[tuple[str, str, list[str]]]) -> None:
    selector = expressions(*wanted)
    added = missing_labels(selector, labels)
    if added is not None:
        assert matches(selector, {**labels, **added})
    if matches(selector, labels):
        assert added == {}


SPECS = [
    ("Prometheus", {}, "here", False, False),
    ("Prometheus", {"ruleSelector": {}}, "here", True, True),
    ("Prometheus", {"ruleSelector": {}}, "there", False, True),
    ("Prometheus", {"ruleSelector": {}, "ruleNamespaceSelector": {}}, "there", True, True),
    (
        "Prometheus",
        {"ruleSelector": {}, "ruleNamespaceSelector": {"matchLabels": {"team": "gpu"}}},
        "there",
        True,
        True,
    ),
    ("Prometheus", {"ruleSelector": {}, "ruleNamespaceSelector": {"matchLabels": {"team": "x"}}}, "there", False, True),
    ("VMAlert", {}, "here", True, False),
    ("VMAlert", {"selectAllByDefault": True}, "there", True, True),
    ("VMAlert", {"ruleNamespaceSelector": {}}, "there", True, True),
    ("VMAlert", {"selectAllByDefault": True, "ruleSelector": {"matchLabels": {"a": "b"}}}, "there", True, False),
]


@pytest.mark.parametrize(("kind", "spec", "namespace", "looks", "takes"), SPECS)
def test_null_and_empty_selectors(kind: str, spec: Any, namespace: str, looks: bool, takes: bool) -> None:
    one = evaluator(kind, {"metadata": {"namespace": "here", "name": "x"}, "spec": spec})
    if spec or kind == "VMAlert":
        assert selects_namespace(one, namespace, TEAM) is looks
    assert selects_rule(one, TEAM) is takes


def test_a_namespace_whose_labels_may_not_be_read_is_not_judged() -> None:
    spec = {"ruleSelector": {}, "ruleNamespaceSelector": {"matchLabels": {"team": "gpu"}}}
    assert selects_namespace(evaluator("Prometheus", {"spec": spec}), "there", None) is None


KEYS = (
    *("metadata", "spec", "ruleSelector", "matchLabels", "matchExpressions"),
    *("shards", "values", "key", "operator", "enableFeatures"),
)
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=20,
)


@given(body=JSON)
def test_no_object_breaks_it(body: Any) -> None:
    one = evaluator("Prometheus", body)
    selects_rule(one, TEAM)
    selects_namespace(one, "x", TEAM)


def wanted(labels: dict[str, str] | None = None, kind: str = "PrometheusRule") -> Wanted:
    return Wanted(KINDS[kind], "there", "gpurules", {"metadata": {"labels": labels or {}}})


def seen(kind: str = "Prometheus", **spec: Any) -> Any:
    whole = {"ruleSelector": {}, "ruleNamespaceSelector": {}, **spec}
    return evaluator(kind, {"metadata": {"namespace": "here", "name": "k8s"}, "spec": whole})


def ground(openshift: bool = False, **labels: str) -> Ground:
    return Ground("0.93.0", openshift, labels)


NOBODY = [
    ([], "there is no Prometheus or ThanosRuler object in the cluster"),
    ([seen(ruleSelector={"matchLabels": {"release": "stack"}})], "add --label release=stack"),
    ([seen(ruleSelector=None)], "has a ruleSelector that no added label satisfies"),
    ([seen(ruleNamespaceSelector=None)], "looks for rules in its own namespace alone; use --namespace here"),
    ([seen(ruleNamespaceSelector={"matchLabels": {"mon": "on"}})], "kubectl label namespace there mon=on"),
    ([seen(ruleNamespaceSelector=expressions(("team", "NotIn", ["x"])))], None),
    ([seen(), seen(ruleSelector=None)], None),
    ([seen("ThanosRuler")], None),
]


@pytest.mark.parametrize(("evaluators", "says"), NOBODY)
def test_where_nobody_loads_the_rules(evaluators: list[Any], says: str | None) -> None:
    advice = judge(evaluators, wanted(), ground())
    if says is None:
        assert advice.warnings == ()
        assert advice.takers
    else:
        (warning,) = advice.warnings
        assert says in warning
        assert advice.takers == ()


def test_what_cannot_be_read_is_not_guessed() -> None:
    (warning,) = judge([], wanted(), ground(), ["Prometheus"]).warnings
    assert warning == "you may not list Prometheus: whether one of them loads the rules is not known"


REFUSED = [
    ([seen(shards=2)], "Prometheus here/k8s has 2 shards"),
    ([seen(shards=1)], None),
    ([seen(shards=2, ruleSelector=None)], None),
    ([seen("ThanosRuler", shards=2)], "ThanosRuler here/k8s has 2 shards"),
    ([seen(enableFeatures=["agent"])], "is an agent and evaluates no rules"),
    ([seen("PrometheusAgent", ruleSelector=None)], "the cluster has agents alone"),
    ([seen("PrometheusAgent", ruleSelector=None), seen()], None),
]


@pytest.mark.parametrize(("evaluators", "says"), REFUSED)
def test_what_would_be_wrong_is_refused(evaluators: list[Any], says: str | None) -> None:
    refusals = judge(evaluators, wanted(), ground()).refusals
    assert [says in str(one) and "--force" in str(one) for one in refusals if says] == [True] * bool(says)
    assert bool(refusals) is bool(says)


@pytest.mark.parametrize(
    ("labels", "says"),
    [({}, "namespacesWithoutLabelEnforcement"), ({"openshift.io/cluster-monitoring": "true"}, "does not see guests")],
)
def test_openshifts_two_stacks_are_told_apart(labels: dict[str, str], says: str) -> None:
    (warning,) = judge([seen()], wanted(), Ground("", True, labels)).warnings
    assert says in warning
    assert "Thanos Ruler of user-workload monitoring" in warning or "Thanos Ruler" in warning
    assert judge([seen()], wanted(), Ground("", False, labels)).warnings == ()
