"""Labels of the metrics of kube-state-metrics (v2) that tie launcher pods to VMs, nodes and GPU resources.

Its scrape sets ``honorLabels`` in every common set-up (kube-prometheus, its chart, OpenShift), so that namespace, pod
and container are those of the pod that a series describes. The scrape configuration is the user's, hence open types.

A pod's UID fixes its name, namespace and, once it is bound, its node, for all time. Namespace and name alone fix
nothing: a tenant may delete a pod and create another of that name (on another node, with another owner), and after a
restart of kube-state-metrics or of Prometheus the series of both are visible for some minutes. Whoever joins on
(namespace, pod) takes the freshest scrape first.

The label pod names pods of any kind, so no value domain is declared for it.
"""

from __future__ import annotations

from gpurules.labels import domains
from gpurules.labels.schema import HonorLabels, MetricSchema
from gpurules.labels.scrape import Target, stored
from gpurules.promql.types import Dependency, Guard, Kind, SeriesType, Validity

_POD = ("namespace", "pod", "uid")

_DOMAINS = {
    "namespace": domains.NAMESPACE,
    "uid": "pod-uid",
    "node": domains.NODE,
    "host_ip": "ip-address",
    "pod_ip": "ip-address",
    "phase": "pod-phase",
    "resource": "resource-name",
    "container": "container-name",
    "owner_kind": "owner-kind",
    "created_by_kind": "owner-kind",
}

_TARGET = Target(
    certain=frozenset({"instance", "job"}),
    possible=frozenset({"container", "endpoint", "namespace", "pod", "service"}),
    domains={
        "container": "container-name",
        "endpoint": "endpoint-name",
        "instance": domains.SCRAPE_INSTANCE,
        "job": domains.SCRAPE_JOB,
        "namespace": domains.NAMESPACE,
        "pod": domains.MONITORING_POD,
        "service": "service-name",
    },
)

_HAS_UID = Guard("uid", "!=", "")
_UID_FIXES_POD = Dependency(frozenset({"uid"}), frozenset({"namespace", "pod"}), Validity.ALWAYS, frozenset({_HAS_UID}))
_UID_FIXES_NODE = Dependency(
    frozenset({"uid"}), frozenset({"node"}), Validity.ALWAYS, frozenset({_HAS_UID, Guard("node", "!=", "")})
)

_LAUNCHER_NOTE = 'The pods of VMs: pod=~"virt-launcher-.+".'


def schemas() -> tuple[MetricSchema, ...]:
    """kube_pod_info, kube_pod_owner, kube_pod_status_phase and kube_pod_container_resource_requests."""
    return (
        _metric(
            "kube_pod_container_resource_requests",
            ("container", *_POD, "node", "resource", "unit"),
            Kind.GAUGE,
            "What a container requests of a resource; extended resources such as GPUs have unit integer.",
            (
                'resource is spelt as a label value: nvidia.com/GPU reads "nvidia_com_GPU".',
                "Devices that a pod gets through a resource claim (DRA) are not counted.",
                _LAUNCHER_NOTE,
            ),
            certain=("container", *_POD, "resource", "unit"),
            dependencies=(_UID_FIXES_POD, _UID_FIXES_NODE),
        ),
        _metric(
            "kube_pod_info",
            (
                *_POD,
                "created_by_kind",
                "created_by_name",
                "host_ip",
                "host_network",
                "node",
                "pod_ip",
                "priority_class",
            ),
            Kind.INFO,
            "One series for each pod with its node and addresses; the value is 1.",
            ("node is empty until the pod is bound to one.", _LAUNCHER_NOTE),
            certain=_POD,
            dependencies=(_UID_FIXES_POD, _UID_FIXES_NODE),
        ),
        _metric(
            "kube_pod_owner",
            (*_POD, "owner_kind", "owner_name", "owner_is_controller"),
            Kind.INFO,
            "One series for each owner of a pod; the value is 1.",
            (
                'For owner_kind="VirtualMachineInstance" owner_name is the name of the VMI, in every KubeVirt release.',
                "Completed launcher pods, such as the source of a migration, are listed until they are deleted.",
                "A tenant may set owners on pods of its own.",
            ),
            certain=_POD,
            dependencies=(_UID_FIXES_POD,),
        ),
        _metric(
            "kube_pod_status_phase",
            (*_POD, "phase"),
            Kind.FLAG,
            "Five series for each pod, one for each phase; 1 for the phase it is in, else 0.",
            ('The phase is that of the series with value 1: compare, as in {phase="Running"} == 1.',),
            certain=(*_POD, "phase"),
            dependencies=(_UID_FIXES_POD,),
        ),
    )


def _metric(
    name: str,
    labels: tuple[str, ...],
    kind: Kind,
    what: str,
    notes: tuple[str, ...],
    certain: tuple[str, ...],
    dependencies: tuple[Dependency, ...],
) -> MetricSchema:
    exposed = SeriesType(
        open=True,
        names=frozenset({name}),
        certain=frozenset(certain),
        possible=frozenset(labels),
        dependencies=dependencies,
        domains={label: _DOMAINS[label] for label in labels if label in _DOMAINS},
        kind=kind,
    )
    series = stored(exposed, _TARGET, HonorLabels.TRUE)
    return MetricSchema(name, series, "kube-state-metrics", what, "kube-state-metrics v2", notes=notes)
