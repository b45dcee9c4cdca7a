"""A VM is stopped for good, another one is stopped with both of its GPUs: nothing of them is recorded any more."""

from dataclasses import replace

from gpurules.scenario.events import SETTLING, change_machine, end, unsettled
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Period, Transition, World

SOURCE = "kubevirt_vmi_info ends with the VMI; series of the launcher pod's target are marked stale 2.1 intervals later"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("stop", cluster(absent_value=absent_value), (390, 420, 450, 480, 510, 780))
    for name in ("train", "simulate"):
        world = change_machine(world, "research", name, lambda vm: end(vm, 420))
    old, new = (replace(world.cluster.watchers[0], deployed=(period,)) for period in (Period(0, 420), Period(420)))
    told_twice = replace(world.cluster, watchers=(old, replace(new, pod=f"{new.pod}-2", address="10.129.0.3")))
    world = replace(world, cluster=told_twice)
    return unsettled(world, Transition(420, health=420 + SETTLING))
