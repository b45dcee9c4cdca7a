"""virt-controller's new leader does not see the launcher pods yet, while the old leader's series still name them."""

from dataclasses import replace

from gpurules.scenario.events import fail_over
from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, machine
from gpurules.scenario.model import Period, VirtualMachine, World

SOURCE = "vmi_pod is left out while the pod cache lags: beside a series with it that is no second launcher"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    copy = machine("tenants", "copy", "worker-1", SINGLE.gpus, address="10.128.1.40")
    told = cluster(SINGLE, DOUBLE, NAMESAKE, copy, absent_value=absent_value)
    world = World("failover_pod_cache", told, (390, 420, 450, 480, 780))
    both = fail_over(world, 420, takes_over=420, in_place=False)
    machines = tuple(map(lagging, both.cluster.machines))
    changed = replace(both, cluster=replace(both.cluster, machines=machines))
    stated = {("ambiguous", moment): 0.0 for moment in (420, 450, 480, 780)}
    return replace(changed, stated=stated)


def lagging(machine: VirtualMachine) -> VirtualMachine:
    """The VM whose launcher pod is not known from 420 to 450."""
    return replace(machine, stays=tuple(replace(stay, overlooked=Period(420, 450)) for stay in machine.stays))
