"""What kube-state-metrics says of launcher pods: owner, node, phase and the GPUs that they request.

Sources: kube-state-metrics' pod metrics; KubeVirt's launcher pod of a migration runs on the target before the guest
does, and the source's is listed as completed until it is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gpurules.scenario.model import Cluster, Reading, Stay, VirtualMachine, labels_of
from gpurules.scenario.target import Exposed

GPU_RESOURCE = "nvidia.com/GA102GL_A10"
PREPARED = 30
"""Seconds for which the pod on the target of a migration runs before the guest moves there."""
KEPT = 90
"""Seconds for which a completed pod is listed."""
VM_KIND = "VirtualMachineInstance"
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
        return self.phase == "Running" and bool(self.machine.gpus) and self.machine.plugged

    @property
    def vm(self) -> str:
        """The name of the VM that controls it, if one does."""
        return self.machine.name if self.machine.controlled_by is None else ""


def pods(cluster: Cluster, moment: float) -> Iterator[Pod]:
    """The launcher pods that are listed at ``moment``."""
    for machine in cluster.machines:
        if machine.controlled_by is not None and machine.controlled_by[0] == VM_KIND:
            # Its pod is another VM's, which lists it.
            continue
        left = None
        for stay in machine.stays:
            migrates = left is not None and left == stay.period.start
            runs = stay.period.start - (PREPARED if migrates else 0)
            left = stay.period.end
            if runs - stay.scheduling <= moment < left + (0 if stay.deleted else KEPT):
                phase = "Pending" if moment < runs else "Running" if moment < left else "Succeeded"
                yield Pod(machine, stay, stay.phase or phase)


def pod_series(cluster: Cluster, moment: float) -> Iterator[Exposed]:
    """The series of all launcher pods, and of some that are none."""
    for pod in pods(cluster, moment):
        name = pod.stay.pod
        common = {"namespace": pod.machine.namespace, "pod": name, "uid": f"uid-{pod.machine.namespace}-{name}"}
        controller = pod.machine.controlled_by or (VM_KIND, pod.machine.name)
        for (kind, owner), controls in ((one, one == controller) for one in (*pod.machine.co_owned_by, controller)):
            more = {"owner_kind": kind, "owner_name": owner, "owner_is_controller": str(controls).lower()}
            yield _one("kube_pod_owner", {**common, **more})
        yield _one("kube_pod_info", {**common, "node": pod.stay.node if pod.phase != "Pending" else ""})
        yield from _phases(common, pod.phase)
        requests = {("cpu", "core"): 0.5, ("memory", "byte"): 2.0**30}
        if pod.machine.gpus and pod.machine.plugged:
            requests[cluster.resource, "integer"] = float(len(pod.machine.gpus))
        yield from _requests({**common, "container": "compute", "node": pod.stay.node}, requests)
    for holder in cluster.container_pods:
        common = {"namespace": holder.namespace, "pod": holder.name, "uid": f"uid-{holder.namespace}-{holder.name}"}
        yield _one("kube_pod_owner", {**common, "owner_kind": "Job", "owner_name": holder.name})
        yield _one("kube_pod_info", {**common, "node": holder.node})
        yield from _phases(common, "Running")
        yield from _requests({**common, "container": "main", "node": holder.node}, {(cluster.resource, "integer"): 1.0})
    other = {"namespace": "monitoring", "pod": "alertmanager-0", "uid": "uid-alertmanager"}
    yield _one("kube_pod_owner", {**other, "owner_kind": "StatefulSet", "owner_name": "alertmanager"})
    yield _one("kube_pod_info", {**other, "node": "worker-1"})


def _phases(common: dict[str, str], phase: str) -> Iterator[Exposed]:
    for one in PHASES:
        yield _one("kube_pod_status_phase", {**common, "phase": one}, float(one == phase))


def _requests(common: dict[str, str], requests: Mapping[tuple[str, str], float]) -> Iterator[Exposed]:
    for (resource, unit), amount in requests.items():
        yield _one("kube_pod_container_resource_requests", {**common, "resource": resource, "unit": unit}, amount)


def _one(name: str, labels: dict[str, str], value: float = 1) -> Exposed:
    return Exposed(labels_of({"__name__": name, **labels}), Reading(value))
