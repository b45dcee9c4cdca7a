"""A VM migrates: another launcher pod on another node, the same name and GPU; its neighbours stay."""

from gpurules.scenario.events import migrate
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import World

SOURCE = "vmi_pod and node of kubevirt_vmi_info change in one scrape, the guest's target with the pod"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("migration", cluster(absent_value=absent_value), (390, 420, 450, 480, 780))
    return migrate(world, "research", "train", 420, "worker-3", "10.130.1.1")
