"""virt-controller's leader restarts in its pod; no replica knows a VM until the other one leads."""

from gpurules.scenario.events import fail_over
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import World

SOURCE = "only the leader's informers run, and the lease is not released: a gap of up to 15 s and one scrape"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("failover_gap", cluster(absent_value=absent_value), (390, 420, 450, 510, 540))
    return fail_over(world, 420, takes_over=450, in_place=True)
