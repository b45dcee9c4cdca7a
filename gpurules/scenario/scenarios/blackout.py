"""Everything falls silent but an impostor: no guest answers, no leader of virt-controller, no kube-state-metrics."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, SETTLING, silence, unsettled
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Period, Stranger, Transition, World, labels_of

SOURCE = "a rule that has nothing to read records nothing; only a record that says so can be alerted on"


INPUTS = ("kubevirt_vmi_info", "kube_pod_owner")


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("blackout", cluster(absent_value=absent_value), (390, 420, 450, 510, 780))
    for machine, at in zip(world.cluster.machines, (315, 315, 420), strict=True):
        world = silence(world, machine.namespace, machine.name, at)
    leader, *others = world.cluster.controllers
    (watcher,) = world.cluster.watchers
    silent = replace(
        world.cluster,
        controllers=(replace(leader, leads=(Period(0, 450),)), *others),
        watchers=(replace(watcher, leads=(Period(0, 450),)),),
        strangers=(Stranger("crime", "app-0", "10.129.1.84", tuple(labels_of({"__name__": name}) for name in INPUTS)),),
    )
    world = replace(world, cluster=silent)
    return unsettled(world, Transition(450, rates=450 + RATE_WINDOW + 30, health=450 + SETTLING))
