"""What must be so on any API server: the double always, a real kube-apiserver with etcd where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rollout_cluster import NAMESPACE, Cluster, around, cluster, named, namespace, prometheus

from api_server.real import RESTRICTED, real_server
from gpurules.config.model import RulesSection
from gpurules.text.errors import CheckFailed, EnvironmentFault, InputError
from kubernetes_api.access import kubeconfig

NAME = f"PrometheusRule {NAMESPACE}/gpurules"


@pytest.fixture(scope="module")
def kube_apiserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with real_server(tmp_path_factory.mktemp("kube-apiserver")) as server:
        yield server


@pytest.fixture(params=["double", "kube-apiserver"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cluster]:
    if request.param == "double":
        with cluster(tmp_path / "cluster") as made:
            yield made
        return
    server = request.getfixturevalue("kube_apiserver")
    made = around(server, tmp_path / "cluster", server.ca_file, timeout=20.0)
    server.ask("DELETE", server.path("prometheusrules", NAMESPACE))
    yield made


def lines(here: Cluster) -> list[str]:
    """What was said of objects."""
    return [line for line in here.said if "accepted" not in line and "reports no status" not in line]


def test_rules_are_created_configured_and_then_unchanged(here: Cluster) -> None:
    assert "vmi:kubevirt_vmi_gpu_temperature_celsius:max" in here.diff()
    assert here.rule() is None
    here.apply(wait=0.0)
    here.apply(wait=0.0)
    labelled = named(here.config, labels={"team": "gpu"})
    here.apply(labelled, wait=0.0)
    assert lines(here) == [f"{NAME} created", f"{NAME} unchanged", f"{NAME} configured"]
    assert here.rule()["metadata"]["labels"] == {
        "app.kubernetes.io/managed-by": "gpurules",
        "app.kubernetes.io/instance": "gpurules",
        "team": "gpu",
    }
    assert here.diff(labelled) == ""
    assert here.warned == []


def test_an_unchanged_apply_keeps_the_version(here: Cluster) -> None:
    here.apply(wait=0.0)
    before = here.rule()["metadata"]["resourceVersion"]
    here.apply(wait=0.0)
    assert here.rule()["metadata"]["resourceVersion"] == before


def edited(here: Cluster, manager: str, **metadata: Any) -> None:
    """Somebody else writes metadata of the rules."""
    body = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule"}
    here.server.store.edit(
        "prometheusrules", {**body, "metadata": {"name": "gpurules", "namespace": NAMESPACE, **metadata}}, manager
    )


def test_what_others_wrote_stays_and_what_is_no_longer_rendered_goes(here: Cluster) -> None:
    here.apply(named(here.config, annotations={"a": "1", "b": "2"}), wait=0.0)
    edited(here, "others", annotations={"others": "theirs"})
    here.apply(named(here.config, annotations={"a": "1"}), wait=0.0)
    assert here.rule()["metadata"]["annotations"] == {"a": "1", "others": "theirs"}


def test_the_difference_is_what_a_person_reads(here: Cluster) -> None:
    here.apply(wait=0.0)
    version = here.rule()["metadata"]["resourceVersion"]
    text = here.diff(named(here.config, labels={"team": "gpu"}))
    assert text.splitlines()[:2] == [f"--- {NAME}", f"+++ {NAME} (configured)"]
    assert [line for line in text.splitlines()[2:] if line[0] in "+-"] == ["+    team: gpu"]
    assert here.rule()["metadata"]["resourceVersion"] == version


def test_a_dry_run_writes_nothing(here: Cluster) -> None:
    here.apply(dry_run=True)
    assert here.said == [f"{NAME} created (dry run)"]
    assert here.rule() is None


def test_a_conflict_names_the_owner_and_is_taken_over_only_by_force(here: Cluster) -> None:
    here.apply(wait=0.0)
    edited(here, "kubectl-edit", labels={"app.kubernetes.io/instance": "theirs"})
    body = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule"}
    metadata = {"name": "gpurules", "namespace": NAMESPACE}
    groups = [{"name": "gpurules", "rules": []}]
    here.server.store.edit(
        "prometheusrules", {**body, "metadata": metadata, "spec": {"groups": groups}}, "kubectl-edit"
    )
    version = here.rule()["metadata"]["resourceVersion"]
    for attempt in (lambda: here.apply(), lambda: here.diff()):
        with pytest.raises(CheckFailed) as caught:
            attempt()
        assert 'conflict with "kubectl-edit"' in str(caught.value)
        assert ".spec.groups" in str(caught.value)
        assert "--force-conflicts" in str(caught.value)
    assert here.rule()["metadata"]["resourceVersion"] == version
    here.apply(force_conflicts=True, wait=0.0)
    assert here.rule()["spec"]["groups"][0]["rules"]


def leftover(here: Cluster, name: str, configuration: str = "gpurules") -> None:
    """An object that an earlier run has written."""
    labels = {"app.kubernetes.io/managed-by": "gpurules", "app.kubernetes.io/instance": configuration}
    body = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "spec": {"groups": [{"name": "old", "rules": []}]},
    }
    here.server.store.add("prometheusrules", body, "gpurules")


def test_obsolete_objects_are_listed_and_deleted_only_when_asked(here: Cluster) -> None:
    older = [f"older-{number}" for number in (1, 2, 3)]
    for name in older:
        leftover(here, name)
    leftover(here, "of-others", "another")
    here.apply(wait=0.0)
    names = [f"PrometheusRule {NAMESPACE}/{name}" for name in older]
    assert here.warned == [f"no longer rendered, --prune deletes: {', '.join(names)}"]
    assert here.diff() == ""
    assert here.diff(prune=True).count("(pruned)") == 3
    here.warned.clear()
    here.apply(prune=True, dry_run=True)
    assert here.rule("older-1")
    here.apply(prune=True, wait=0.0)
    assert here.warned == [f"deleting what is no longer rendered: {name}" for name in names]
    assert [here.rule(name) for name in older] == [None] * 3
    assert here.rule("of-others")
    assert here.rule()


def test_a_missing_namespace_is_said_with_the_nearest(here: Cluster) -> None:
    here.server.store.add("namespaces", namespace("tenant-a"))
    for wanted, says in (
        ("monitorng", 'did you mean "monitoring"?'),
        ("elsewhere", "kubectl create namespace elsewhere"),
    ):
        with pytest.raises(EnvironmentFault) as caught:
            here.apply(named(here.config, namespace=wanted))
        assert f"there is no namespace {wanted}" in str(caught.value)
        assert says in str(caught.value)


def test_a_selector_that_takes_others_is_said(here: Cluster) -> None:
    release = {"matchLabels": {"release": "stack"}}
    here.server.store.edit("prometheuses", prometheus(ruleSelector=release), "kubectl-create")
    here.apply(dry_run=True)
    assert here.warned == [
        "nobody loads the rules: Prometheus monitoring/k8s selects others by label; add --label release=stack"
    ]
    here.warned.clear()
    here.apply(named(here.config, labels={"release": "stack"}), dry_run=True)
    assert here.warned == []
    here.server.store.edit("prometheuses", prometheus(ruleSelector={}), "kubectl-create")


def test_an_operator_that_says_nothing_is_waited_for_briefly(here: Cluster) -> None:
    if hasattr(here.server, "accepts"):
        here.server.accepts = None
    here.apply(wait=0.5)
    assert "reports no status" in here.said[-1]


def test_a_real_server_refuses_what_its_schema_does(kube_apiserver: Any, tmp_path: Path) -> None:
    here = around(kube_apiserver, tmp_path, kube_apiserver.ca_file, timeout=20.0)
    daily = replace(here.config, rules=RulesSection(interval="1d"))
    with pytest.raises(InputError, match=r"does not accept it: .*interval"):
        here.apply(daily)


def test_a_real_server_says_what_somebody_may_not(kube_apiserver: Any, tmp_path: Path) -> None:
    here = around(kube_apiserver, tmp_path, kube_apiserver.ca_file, timeout=20.0)
    server = f"https://127.0.0.1:{kube_apiserver.port}"
    kubeconfig(Path(here.access.kubeconfig), server, kube_apiserver.ca_file, {"token": RESTRICTED})
    with pytest.raises(EnvironmentFault, match="you may not get, list, create, patch prometheusrules") as caught:
        here.apply()
    assert RESTRICTED not in str(caught.value)
    kubeconfig(Path(here.access.kubeconfig), server, kube_apiserver.ca_file, {"token": "wrong"})
    with pytest.raises(EnvironmentFault, match="does not accept the credentials"):
        here.apply()
