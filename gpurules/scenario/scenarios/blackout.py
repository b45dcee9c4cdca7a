"""Everything falls silent: no guest answers, and no leader of virt-controller; that inputs are missing is said."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, SETTLING, silence, unsettled
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Period, Transition, World

SOURCE = "a rule that has nothing to read records nothing; only a record that says so can be alerted on"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("blackout", cluster(absent_value=absent_value), (390, 420, 450, 510, 780))
    for machine in world.cluster.machines:
        world = silence(world, machine.namespace, machine.name, 420)
    leader, *others = world.cluster.controllers
    lost = (replace(leader, leads=(Period(0, 450),)), *others)
    world = replace(world, cluster=replace(world.cluster, controllers=lost))
    return unsettled(world, Transition(450, rates=450 + RATE_WINDOW + 30, health=450 + SETTLING))
