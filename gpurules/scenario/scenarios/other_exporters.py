"""Exporters that are none of the path's: a guest that calls itself another VM, a server, a VM whose node is lost."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.model import HostExporter, Workload, World, labels_of

SOURCE = (
    "what a launcher's target says goes before labels that name a VM; KubeVirt's phase is unknown where a node is lost"
)


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    claims = exporter(exposed=labels_of({"name": SINGLE.name, "node": "worker-2", "driver_version": "0.0"}))
    claims = replace(claims, driver_label="")
    intruder = machine("research", "intruder", "worker-3", (gpu(87),), address="10.130.1.87", guest=claims)
    lost = machine("finance", "lost", "worker-4", (gpu(88),), address="10.131.1.88")
    unknown = replace(lost.stays[0], reported="unknown", pod_known=False)
    servers = (server("192.0.2.7", 89, {"name": "train"}), server("dgx-2.example.org", 90, {"namespace": "research"}))
    world = cluster(
        SINGLE,
        DOUBLE,
        NAMESAKE,
        replace(intruder, besides=("pod-network",)),
        replace(lost, stays=(unknown,), besides=("pod-network", "vsock-exporter")),
        absent_value=absent_value,
    )
    return World("other_exporters", replace(world, host_exporters=servers), (360,))


def server(address: str, step: int, labels: dict[str, str]) -> HostExporter:
    """A server that runs no VM, with what its target is labelled."""
    return HostExporter("", "", address, exporter(), (Workload("", "", "", gpu(step)),), labels_of(labels))
