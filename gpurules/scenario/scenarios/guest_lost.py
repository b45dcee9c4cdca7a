"""The exporter in one guest stops answering; its series end, the other VMs' go on."""

from gpurules.scenario.events import silence
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import World

SOURCE = "a scrape that fails marks the target's series stale at once"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("guest_lost", cluster(absent_value=absent_value), (390, 420, 480, 780))
    return silence(world, "research", "simulate", 420)
