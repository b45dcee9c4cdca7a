"""What kube-state-metrics says of launcher pods: owner, node, phase and the GPUs that they request.

Sources: kube-state-metrics' pod metrics; KubeVirt's launcher pod of a migration runs on the target before the guest
does, and the source's is listed as completed until it is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gpurules.scenario.model import Cluster, Stay, VirtualMachine, labels_of
from gpurules.scenario.target import Sample

GPU_RESOURCE = "nvidia.com/GA102GL_A10"
PREPARED = 30
"""Seconds for which the pod on the target of a migration runs before the guest moves there."""
KEPT = 90
"""Seconds for which a completed pod is listed."""
PHASES = ("Failed", "Pending", "Running", "Succeeded", "Unknown")


@dataclass(frozen=True, slots=True)
class Pod:
    """A launcher pod at one moment."""

    machine: VirtualMachine
    stay: Stay
    phase: str

    @property
    def holds_gpu(self) -> bool:
        """Whether it runs and has a GPU."""
        return self.phase == "Running" and bool(self.machine.gpus)


def pods(cluster: Cluster, moment: float) -> Iterator[Pod]:
    """The launcher pods that are listed at ``moment``."""
    for machine in cluster.machines:
        left = None
        for stay in machine.stays:
            migrates = left is not None and left == stay.period.start
            runs = stay.period.start - (PREPARED if migrates else 0)
            left = stay.period.end
            if runs - stay.scheduling <= moment < left + KEPT:
                phase = "Pending" if moment < runs else "Running" if moment < left else "Succeeded"
                yield Pod(machine, stay, phase)


def pod_samples(cluster: Cluster, moment: float) -> Iterator[Sample]:
    """The series of all launcher pods, and of one pod that is none."""
    for pod in pods(cluster, moment):
        name = pod.stay.pod
        common = {"namespace": pod.machine.namespace, "pod": name, "uid": f"uid-{pod.machine.namespace}-{name}"}
        owner = {"owner_kind": "VirtualMachineInstance", "owner_name": pod.machine.name, "owner_is_controller": "true"}
        yield _sample("kube_pod_owner", {**common, **owner})
        yield _sample("kube_pod_info", {**common, "node": pod.stay.node if pod.phase != "Pending" else ""})
        for phase in PHASES:
            yield _sample("kube_pod_status_phase", {**common, "phase": phase}, float(phase == pod.phase))
        if pod.machine.gpus:
            more = {"container": "compute", "resource": cluster.resource, "unit": "integer", "node": pod.stay.node}
            requested = float(len(pod.machine.gpus))
            yield _sample("kube_pod_container_resource_requests", {**common, **more}, requested)
    other = {"namespace": "monitoring", "pod": "alertmanager-0", "uid": "uid-alertmanager"}
    yield _sample("kube_pod_owner", {**other, "owner_kind": "StatefulSet", "owner_name": "alertmanager"})
    yield _sample("kube_pod_info", {**other, "node": "worker-1"})


def _sample(name: str, labels: dict[str, str], value: float = 1) -> Sample:
    return Sample(labels_of({"__name__": name, **labels}), value)
