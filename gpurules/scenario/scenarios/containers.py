"""A node's own exporter measures the GPUs of ordinary containers beside those of VMs."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, SINGLE, cluster, gpu, host_exporter
from gpurules.scenario.model import Workload, World

SOURCE = "pod mapping gives pod and namespace with honorLabels, exported_pod and exported_namespace without"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    workloads = (
        Workload("batch", "trainer-0", "main", gpu(15)),
        Workload("batch", "trainer-1", "main", gpu(16, index=1)),
    )
    host = host_exporter("worker-3", workloads, "10.130.0.4")
    return World(
        "containers",
        replace(cluster(SINGLE, DOUBLE, absent_value=absent_value), host_exporters=(host,)),
        (360,),
    )
