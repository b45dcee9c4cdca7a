"""Two exporters measure the GPUs of a node's containers beside those of VMs, one GPU in MIG mode; then both end."""

from dataclasses import replace

from gpurules.scenario.events import SETTLING, unsettled
from gpurules.scenario.fleet import DOUBLE, SINGLE, cluster, gpu, host_exporter, mig_gpu
from gpurules.scenario.model import HostExporter, Period, Transition, Workload, World

SOURCE = "pod mapping gives pod and namespace with honorLabels, exported_pod and exported_namespace without"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    workloads = (
        Workload("batch", "trainer-0", "main", gpu(15)),
        Workload("batch", "trainer-1", "main", gpu(16, index=1)),
        Workload("batch", "trainer-2", "main", mig_gpu(55)),
    )
    first, second = (ending(host_exporter("worker-3", workloads, address)) for address in ("10.130.0.4", "10.130.0.5"))
    hosts = first, replace(second, pod="nvidia-dcgm-exporter-3rvbn")
    world = World(
        "containers",
        replace(cluster(SINGLE, DOUBLE, absent_value=absent_value), host_exporters=hosts),
        (360, 420, 480, 510),
    )
    return unsettled(world, Transition(420, rates=750, health=420 + SETTLING))


def ending(host: HostExporter) -> HostExporter:
    """The exporter that answers until 420 only."""
    return replace(host, exporter=replace(host.exporter, answers=(Period(0, 420),)))
