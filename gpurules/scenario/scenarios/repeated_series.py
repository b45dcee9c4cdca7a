"""Exporters send each series of a GPU several times: for each job, resource claim or process that shares it."""

from dataclasses import replace

from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.model import Labels, VirtualMachine, World, labels_of

SOURCE = "dcgm-exporter sends one series for each job (HPC files), claim (DRA) and process (--kubernetes-virtual-gpus)"

SENT: dict[str, tuple[Labels, ...]] = {
    "jobs": tuple(labels_of({"hpc_job": job}) for job in ("17", "18")),
    "claims": tuple(labels_of({"dra_claim_name": name, "dra_driver_name": "gpu.nvidia.com"}) for name in ("a", "b")),
    "shared": ((), labels_of({"vgpu": "0", "pod_uid": "uid-0"}), labels_of({"vgpu": "1", "pod_uid": "uid-1"})),
}


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    guests = (sender(step, name) for step, name in enumerate(SENT, start=33))
    return World("repeated_series", cluster(SINGLE, NAMESAKE, *guests, absent_value=absent_value), (360,))


def sender(step: int, name: str) -> VirtualMachine:
    """A VM whose exporter sends each series once with each set of labels."""
    guest = replace(exporter(), copies=SENT[name])
    return machine("hpc", name, "worker-3", (gpu(step),), address=f"10.130.1.{step}", guest=guest)
