"""virt-controller's leader is deleted; for a while both the old and the new leader's series name every VM."""

from gpurules.scenario.events import fail_over
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import World

SOURCE = "Prometheus marks the series of a target that is gone stale 2.1 intervals after its last scrape"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("failover_overlap", cluster(absent_value=absent_value), (360, 390, 420, 450, 480))
    return fail_over(world, 420, takes_over=420, in_place=False)
