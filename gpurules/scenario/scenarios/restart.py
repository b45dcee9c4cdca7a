"""A VM is stopped and started under its name: for a minute there is none, then another pod on another node."""

from gpurules.scenario.events import restart
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import World

SOURCE = "a new VMI has the old name and a new launcher pod; in phase scheduling it names no pod"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("restart", cluster(absent_value=absent_value), (390, 420, 450, 480, 510, 540, 840))
    return restart(world, "research", "train", 420, "worker-2", "10.129.1.9")
