"""Two guests share a physical GPU by vGPU; the host's own exporter measures it beside them and maps it to no pod."""

from dataclasses import replace

from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, host_exporter, machine
from gpurules.scenario.model import Workload, World
from gpurules.scenario.quantities import VGPU_FIELDS

SOURCE = "a vGPU guest has seven fields and UUIDs of its own; KubeVirt's device IDs are no GPU UUIDs"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    guest = exporter(VGPU_FIELDS)
    guests = (
        machine("tenants", "slice-a", "worker-2", (gpu(31),), address="10.129.1.31", guest=guest),
        machine("tenants", "slice-b", "worker-2", (gpu(32),), address="10.129.1.32", guest=guest),
    )
    host = host_exporter("worker-2", (Workload("", "", "", gpu(30)),), "10.132.0.4")
    beside = replace(cluster(SINGLE, *guests, absent_value=absent_value), host_exporters=(host,))
    return World("vgpu", beside, (360,))
