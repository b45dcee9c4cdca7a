"""A real kube-apiserver, where there is one, takes every object of the kinds that it knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from scaffolded import CASES, Case, objects

from api_server.real import real_server

SERVED = {
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "CronJob": "/apis/batch/v1/namespaces/{}/cronjobs",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "MutatingAdmissionPolicy": "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies",
    "MutatingAdmissionPolicyBinding": "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings",
}
NEWER = {"MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"}
"""Kinds that the server at hand may not know: v1 from Kubernetes 1.36 on."""
STRICT = "dryRun=All&fieldValidation=Strict"


@pytest.fixture(scope="module")
def kube_apiserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with real_server(tmp_path_factory.mktemp("kube-apiserver")) as server:
        for name in ("default", "monitoring", "tenant-a", "tenant-b"):
            server.add("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        yield server


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_every_object_is_taken(case: Case, kube_apiserver: Any) -> None:
    kinds = {one["kind"] for one in objects(case.wishes)} & SERVED.keys()
    taken = set()
    for one in objects(case.wishes):
        if one["kind"] not in SERVED:
            continue
        path = SERVED[one["kind"]].format(one["metadata"].get("namespace", "default"))
        answer = kube_apiserver.ask("POST", f"{path}?{STRICT}", one)
        if answer is None and one["kind"] == "CronJob":
            older = {**one, "apiVersion": "batch/v1beta1"}
            answer = kube_apiserver.ask("POST", f"{path.replace('/v1/', '/v1beta1/')}?{STRICT}", older)
        if answer is not None:
            taken.add(answer["kind"])
    assert kinds - taken <= NEWER
