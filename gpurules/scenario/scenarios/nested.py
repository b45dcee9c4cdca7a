"""A guest is itself a Kubernetes node: its exporter writes the pods of that inner cluster on its series."""

from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.model import World, labels_of

SOURCE = "dcgm-exporter's pod mapping; with honorLabels true these labels replace the launcher's"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    inner = labels_of({"namespace": "training", "pod": "trainer-0", "container": "main"})
    guest = exporter(exposed=inner)
    node = machine("research", "inner-node", "worker-2", (gpu(10),), address="10.129.1.10", guest=guest)
    return World("nested", cluster(SINGLE, node, absent_value=absent_value), (360,))
