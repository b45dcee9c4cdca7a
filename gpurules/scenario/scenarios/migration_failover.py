"""VMs migrate or restart while virt-controller's leader changes: the old leader's series still name the old pods and nodes."""

from dataclasses import replace

from gpurules.scenario.events import fail_over, migrate
from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, gpu, machine
from gpurules.scenario.model import World

SOURCE = "two series for one VM with different launcher pods and nodes, the freshest of which is right"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    restarted = machine("research", "again", "worker-1", (gpu(190),), address="10.128.1.31")
    podless = machine("research", "podless", "worker-1", (gpu(191),), address="10.128.1.32")
    podless = replace(podless, stays=(replace(podless.stays[0], pod_known=False),))
    copy = machine("tenants", "copy", "worker-1", NAMESAKE.gpus, address="10.128.1.30")
    told = cluster(SINGLE, DOUBLE, NAMESAKE, copy, restarted, podless, absent_value=absent_value)
    world = World("migration_failover", told, (390, 420, 450, 480, 780))
    moved = migrate(world, "research", "simulate", 420, "worker-3", "10.130.1.2")
    moved = migrate(moved, "finance", "train", 420, "worker-3", "10.130.1.3")
    moved = migrate(moved, "research", "again", 420, "worker-1", "10.128.1.33")
    moved = migrate(moved, "research", "podless", 420, "worker-2", "10.129.1.32")
    both = fail_over(moved, 420, takes_over=420, in_place=False)
    return replace(both, stated={("ambiguous", 420): 3, ("ambiguous", 450): 0})
