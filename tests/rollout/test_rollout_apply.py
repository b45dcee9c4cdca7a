"""Apply and diff against the API server's double, over TLS, with the client that users have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from rollout_cluster import NAMESPACE, Cluster, cluster, named, prometheus

from api_server.server import Server, on, status
from gpurules.rollout.kinds import KINDS
from gpurules.text.errors import CheckFailed, EnvironmentFault, GpurulesError, InputError

RULES = f"/apis/monitoring.coreos.com/v1/namespaces/{NAMESPACE}/prometheusrules"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path / "cluster") as made:
        yield made


def leftover(here: Cluster, name: str = "older", configuration: str = "gpurules") -> Any:
    labels = {"app.kubernetes.io/managed-by": "gpurules", "app.kubernetes.io/instance": configuration}
    body = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "spec": {"groups": []},
    }
    return here.server.store.add("prometheusrules", body, "gpurules")


def test_an_object_that_was_replaced_meanwhile_is_not_deleted(here: Cluster) -> None:
    found = leftover(here)

    async def replaced(request: web.Request) -> web.StreamResponse | None:
        if request.method == "DELETE":
            found["metadata"]["uid"] = "another"
        return None

    here.server.moods.append(replaced)
    with pytest.raises(GpurulesError, match="Precondition failed"):
        here.apply(prune=True)
    assert here.rule("older")


def test_one_that_is_gone_already_is_no_error(here: Cluster) -> None:
    leftover(here)
    here.server.moods.append(on("DELETE", "older", lambda: status(404, "NotFound", "not found")))
    here.apply(prune=True)


MISSING = [
    (
        "no operator",
        "prometheusrules prometheuses thanosrulers prometheusagents podmonitors",
        EnvironmentFault,
        "the cluster does not know PrometheusRule; install prometheus-operator (its CRD prometheusrules.monitoring",
    ),
    (
        "operator without rules",
        "prometheusrules",
        EnvironmentFault,
        "the cluster has monitoring.coreos.com without PrometheusRule",
    ),
]


@pytest.mark.parametrize(("absent", "error", "says"), [row[1:] for row in MISSING], ids=[row[0] for row in MISSING])
def test_a_missing_crd_is_said(here: Cluster, absent: str, error: type[Exception], says: str) -> None:
    for name in absent.split():
        del here.server.resources[name]
    with pytest.raises(error) as caught:
        here.apply()
    assert says in str(caught.value)
    assert here.server.writes() == []


def test_another_version_of_the_crd_is_said(here: Cluster) -> None:
    here.server.resources = {
        "prometheusrules": ("monitoring.coreos.com", "v2", "PrometheusRule"),
        "namespaces": ("", "v1", "Namespace"),
    }
    with pytest.raises(EnvironmentFault, match=r"serves monitoring.coreos.com as v2, not v1; update the CRDs"):
        here.apply()


def test_no_namespace_is_said(here: Cluster) -> None:
    with pytest.raises(InputError, match="add --namespace"):
        here.apply(named(here.config, namespace=""))


@pytest.mark.parametrize(
    ("denied", "prune", "says"),
    [
        ({"patch"}, False, "you may not patch prometheusrules in namespace monitoring"),
        ({"create", "patch"}, False, "you may not create, patch prometheusrules"),
        ({"delete"}, True, "you may not delete prometheusrules"),
    ],
)
def test_missing_rights_are_said_before_anything_is_tried(
    here: Cluster, denied: set[str], prune: bool, says: str
) -> None:
    here.server.denied |= denied
    with pytest.raises(EnvironmentFault) as caught:
        here.apply(prune=prune)
    assert says in str(caught.value)
    assert "ask for a Role" in str(caught.value)
    assert [one for one in here.server.requests if one.startswith("PATCH")] == []


def test_rights_that_are_not_needed_are_not_asked_for(here: Cluster) -> None:
    here.server.denied |= {"delete", "get namespaces", "get customresourcedefinitions"}
    here.apply()
    assert here.rule()


def test_the_operators_word_is_waited_for(here: Cluster) -> None:
    here.apply()
    assert here.said[-1] == f"PrometheusRule {NAMESPACE}/gpurules is accepted by prometheuses monitoring/k8s"
    here.server.accepts = False
    with pytest.raises(CheckFailed, match="is not accepted: prometheuses monitoring/k8s: could not parse expression"):
        here.apply()
    here.server.accepts = None
    here.apply(wait=0.2)
    assert "reports no status" in here.said[-1]
    here.apply(wait=0.0)
    assert here.said[-1].endswith("unchanged")


def answering(here: Cluster, health: str, error: str = "", only: int = 1000) -> Any:
    def answer() -> Any:
        groups = here.rule()["spec"]["groups"]
        return {
            "status": "success",
            "data": {
                "groups": [
                    {
                        "name": group["name"],
                        "rules": [
                            {"name": rule["record"], "health": health, "lastError": error}
                            for rule in group["rules"][:only]
                        ],
                    }
                    for group in groups
                ]
            },
        }

    return answer


def test_prometheus_is_asked_through_the_api_server(here: Cluster) -> None:
    address, path = "k8s://monitoring/prometheus-operated:9090", "prometheus-operated:9090/api/v1/rules"
    here.server.proxied[path] = answering(here, "ok")
    here.apply(prometheus=address)
    assert here.said[-1].startswith("Prometheus evaluates ")
    assert here.said[-1].endswith(" rules, all without an error")
    for answer, says in (
        (answering(here, "err", "found duplicate series"), "found duplicate series"),
        (answering(here, "unknown"), "is not evaluated yet"),
        (answering(here, "ok", only=1), "is not loaded"),
        ({"status": "success", "data": {"groups": []}}, "group gpurules is not loaded"),
    ):
        here.server.proxied[path] = answer
        with pytest.raises(CheckFailed, match=says):
            here.apply(prometheus=address, wait=0.3)
    del here.server.proxied[path]
    with pytest.raises(EnvironmentFault, match="no endpoints available"):
        here.apply(prometheus=address, wait=0.3)


@pytest.mark.parametrize(
    "address", ["prometheus:9090", "ftp://x", "http://", "http://user:pw@x", "k8s://a/b", "http://x?y"]
)
def test_an_address_that_is_none_is_said_before_anything_is_asked(here: Cluster, address: str) -> None:
    with pytest.raises(InputError, match="is no address of a Prometheus") as caught:
        here.apply(prometheus=address)
    assert here.server.requests == []
    assert "user:pw" not in str(caught.value)


def test_a_plain_prometheus_gets_no_credentials_of_the_cluster(here: Cluster, tmp_path: Path) -> None:
    from api_server.thread import served

    other = Server()
    seen: list[str] = []

    async def mood(request: web.Request) -> web.StreamResponse | None:
        seen.append(request.headers.get("Authorization", ""))
        return web.json_response(answering(here, "ok")())

    other.moods.append(mood)
    with served(other, None):
        here.apply(prometheus=f"http://127.0.0.1:{other.port}/")
    assert here.said[-1].startswith("Prometheus evaluates ")
    assert set(seen) == {""}


def test_vm_rules_are_applied_where_the_format_is(here: Cluster) -> None:
    from gpurules.rollout.wanted import wanted_objects

    text = json.dumps(
        {
            "apiVersion": "operator.victoriametrics.com/v1beta1",
            "kind": "VMRule",
            "metadata": {"name": "x"},
            "spec": {"groups": []},
        }
    )
    (one,) = wanted_objects(text, "x", "monitoring")
    assert one.path == "/apis/operator.victoriametrics.com/v1beta1/namespaces/monitoring/vmrules/x"
    assert set(KINDS) == {"PrometheusRule", "VMRule"}


REFUSED = [
    ({"metadata": {"name": "x", "labels": {"app.kubernetes.io/managed-by": "Helm"}}}, "is gpurules' own"),
    ({"spec": {"groups": [{"name": "a"}, {"name": "a"}]}}, "has two groups called 'a'"),
    ({"kind": "ConfigMap"}, "is no object of a cluster"),
    ({"apiVersion": "monitoring.coreos.com/v2"}, "is no object of a cluster"),
]


@pytest.mark.parametrize(("change", "says"), REFUSED)
def test_documents_that_cannot_be_applied(change: dict[str, Any], says: str) -> None:
    from gpurules.rollout.wanted import wanted_objects

    body = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "x"},
        "spec": {"groups": []},
    }
    with pytest.raises(InputError, match=says):
        wanted_objects(json.dumps({**body, **change}), "x", "monitoring")


def test_a_sharded_prometheus_is_refused_unless_forced(here: Cluster) -> None:
    here.server.store.add("prometheuses", prometheus("sharded", shards=2))
    with pytest.raises(CheckFailed, match="sharded has 2 shards"):
        here.apply()
    assert here.server.writes() == []
    assert "vmi:" in here.diff()
    assert "apply would refuse: Prometheus monitoring/sharded has 2 shards" in here.warned[-1]
    here.apply(force=True)
    assert here.rule()


def test_who_would_load_the_rules_is_looked_at(tmp_path: Path) -> None:
    with cluster(tmp_path, loaded=False) as here:
        here.apply()
        assert here.warned == ["there is no Prometheus or ThanosRuler object in the cluster, so nobody loads the rules"]
        here.warned.clear()
        here.server.store.add("prometheuses", prometheus(ruleSelector={"matchLabels": {"release": "stack"}}))
        here.apply()
        assert here.warned == [
            "nobody loads the rules: Prometheus monitoring/k8s selects others by label; add --label release=stack"
        ]
        here.warned.clear()
        here.apply(named(here.config, labels={"release": "stack"}))
        assert here.warned == []
        here.server.denied.add("list others")
        here.apply()
        (warning,) = here.warned
        assert warning.startswith("you may not list Prometheus, ThanosRuler, PrometheusAgent: whether one of them")


def test_the_release_of_the_crd_is_named_where_an_object_does_not_fit(here: Cluster) -> None:
    crd = {
        "metadata": {
            "name": "prometheusrules.monitoring.coreos.com",
            "annotations": {"operator.prometheus.io/version": "0.60.1"},
        }
    }
    here.server.store.add("customresourcedefinitions", crd)
    here.server.store.validate = lambda body: [("unknown", ".spec.groups[0].labels")]
    with pytest.raises(InputError, match=r"it is of prometheus-operator 0\.60\.1"):
        here.apply()


def test_nobody_is_waited_for_where_nobody_loads_the_rules(tmp_path: Path) -> None:
    with cluster(tmp_path, loaded=False) as here:
        here.server.accepts = None
        here.apply(wait=100.0)
        assert here.said == [f"PrometheusRule {NAMESPACE}/gpurules created"]


def test_openshift_is_recognised(here: Cluster) -> None:
    here.server.resources["clusterversions"] = ("config.openshift.io", "v1", "ClusterVersion")
    here.apply()
    (warning,) = here.warned
    assert warning.startswith("on OpenShift the series of KubeVirt (platform) and those of guests")
    assert "only series with namespace=monitoring" in warning
