"""What is said to hold between labels, each with the fact that it comes from; nothing else may be said."""

from __future__ import annotations

import pytest

from gpurules.labels import kube_state, kubevirt
from gpurules.labels.assemble import build_schema
from gpurules.labels.dcgm import dcgm_schema
from gpurules.labels.domains import DOMAINS
from gpurules.labels.schema import HonorLabels, LabelSchema
from gpurules.promql.types import Dependency, Guard, Validity
from gpurules.text.errors import InputError

ALWAYS = Validity.ALWAYS

POD_OF_VM = frozenset({Guard("vmi_pod", "!=", ""), Guard("vmi_pod", "!=", "<none>")})
HAS_UID = Guard("uid", "!=", "")


def dependency(determinant: str, dependent: str, *guards: Guard) -> Dependency:
    return Dependency(frozenset(determinant.split()), frozenset(dependent.split()), ALWAYS, frozenset(guards))


# A launcher pod is made for one VMI, with a random suffix; the scheduler binds a pod to one node once; vmi_pod is set
# only to a pod on the node of the VMI's status. v1.5 writes "<none>" for no pod, later releases leave it out.
LAUNCHER = dependency("namespace vmi_pod", "name node", *POD_OF_VM)
# UIDs are never used again; a pod's name, namespace and, once it is set, its node never change.
UID = dependency("uid", "namespace pod", HAS_UID)
UID_NODE = dependency("uid", "node", HAS_UID, Guard("node", "!=", ""))

DECLARED = {
    ("v1.5", "kubevirt_vmi_info"): (LAUNCHER,),
    ("v1.6", "kubevirt_vmi_info"): (LAUNCHER,),
    ("v1.9", "kubevirt_vmi_info"): (LAUNCHER,),
    ("main", "kubevirt_vmi_info"): (LAUNCHER,),
    ("v1.4", "kubevirt_vmi_info"): (),
    ("v1.9", "kubevirt_vmi_gpu_info"): (),
    ("v1.9", "kubevirt_vmi_status_addresses"): (),
    ("v1.9", "kube_pod_info"): (UID, UID_NODE),
    ("v1.9", "kube_pod_owner"): (UID,),
    ("v1.9", "kube_pod_status_phase"): (UID,),
    ("v1.9", "kube_pod_container_resource_requests"): (UID, UID_NODE),
}


@pytest.mark.parametrize(("release", "metric"), DECLARED)
def test_dependencies(release: str, metric: str) -> None:
    series = build_schema(release).type_of(metric)
    assert series is not None
    assert series.dependencies == DECLARED[release, metric]


@pytest.mark.parametrize("release", kubevirt.releases())
def test_nothing_else_is_declared(release: str) -> None:
    """Leader fail-over shows two series of one VM, and a restart of Prometheus the series from before and after: so
    no label of a metric but all together tells two series apart."""
    for metric, one in build_schema(release).metrics.items():
        assert one.type.keys == (), metric
        if not metric.startswith("kube_pod_") and metric != "kubevirt_vmi_info":
            assert one.type.dependencies == (), metric


@pytest.mark.parametrize("release", ["v1.4", "v1.5", "main"])
def test_dependencies_speak_of_labels_that_exist(release: str) -> None:
    for one in build_schema(release).metrics.values():
        for each in one.type.dependencies:
            guarded = {guard.label for guard in each.guards}
            assert each.determinant | each.dependent | guarded <= one.type.possible


def test_clusters_in_one_store_share_nothing() -> None:
    """Pods and namespaces of two clusters may have the same names, so the label of the cluster is in every fact."""
    guest = dcgm_schema("DCGM_FI_DEV_GPU_TEMP", "gpu", honor_labels=HonorLabels.TRUE)
    schema = build_schema("v1.9", [guest], cluster_label="region")
    for metric, one in schema.metrics.items():
        assert "region" in one.type.possible, metric
        assert one.type.domains["region"] == "cluster"
        assert all("region" in each.determinant for each in one.type.dependencies), metric
        assert ("region" in one.type.certain) is (metric != "DCGM_FI_DEV_GPU_TEMP"), metric
    info = schema.type_of("kubevirt_vmi_info")
    assert info is not None
    assert info.dependencies == (dependency("region namespace vmi_pod", "name node", *POD_OF_VM),)


def test_a_later_schema_replaces_an_earlier_one() -> None:
    guests = [dcgm_schema("kube_pod_info", "gpu"), dcgm_schema("x", "gpu"), dcgm_schema("x", "switch")]
    schema = build_schema("", guests)
    assert schema.metrics["kube_pod_info"].emitter == "dcgm-exporter"
    assert "nvswitch" in schema.metrics["x"].type.possible
    assert schema.type_of("nothing of that name") is None
    assert schema.metrics["kubevirt_vmi_info"].source == f"KubeVirt {kubevirt.newest()}"


def test_an_unknown_release_is_refused() -> None:
    with pytest.raises(InputError):
        build_schema("v1.10")


@pytest.mark.parametrize(
    ("metric", "label", "domain"),
    [
        ("kube_pod_info", "namespace", "namespace"),
        ("kube_pod_info", "pod", None),
        ("kube_pod_info", "node", "node"),
        ("kube_pod_info", "instance", "scrape-instance"),
        ("kube_pod_owner", "owner_name", None),
        ("kube_pod_container_resource_requests", "resource", "resource-name"),
        ("kube_pod_status_phase", "phase", "pod-phase"),
    ],
)
def test_domains_of_kube_state_metrics(metric: str, label: str, domain: str | None) -> None:
    schema = LabelSchema({one.metric: one for one in kube_state.schemas()})
    series = schema.type_of(metric)
    assert series is not None
    assert label in series.possible
    assert series.domains.get(label) == domain
    assert set(series.domains.values()) <= set(DOMAINS)
    assert series.open
    assert {"namespace", "pod", "uid"} <= series.certain
