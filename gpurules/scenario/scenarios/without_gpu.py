"""VMs without a GPU run beside those with one: nothing is recorded of them, whether or not an exporter runs in them."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, SINGLE, cluster, machine
from gpurules.scenario.model import World

SOURCE = "kubevirt_vmi_info lists every VM; an exporter that finds no GPU answers with an empty page"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    plain = replace(machine("research", "web", "worker-1", (), address="10.128.1.50"), exporter=None)
    namesake = replace(machine("finance", "train", "worker-2", (), address="10.129.1.52"), exporter=None)
    empty = machine("finance", "ci", "worker-2", (), address="10.129.1.51")
    return World("without_gpu", cluster(SINGLE, DOUBLE, plain, namesake, empty, absent_value=absent_value), (360, 390))
