"""VMs migrate or restart while virt-controller's leader changes: the old one's series name their former launchers."""

from dataclasses import replace

from gpurules.scenario.events import fail_over, migrate, unsettled
from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, gpu, machine, without
from gpurules.scenario.model import Transition, VirtualMachine, World
from gpurules.scenario.quantities import FREE, RESERVED, USED

SOURCE = "two series for one VM with different launcher pods and nodes, the freshest of which is right"

MEMORY = (USED, FREE, RESERVED)


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    restarted = machine("research", "again", "worker-1", (gpu(190),), address="10.128.1.31")
    older = machine("research", "older", "worker-1", (without(RESERVED, gpu(192)),), address="10.128.1.34")
    podless = machine("research", "podless", "worker-1", (gpu(191),), address="10.128.1.32")
    podless = replace(podless, stays=(replace(podless.stays[0], pod_known=False),))
    copy = machine("tenants", "copy", "worker-1", NAMESAKE.gpus, address="10.128.1.30")
    told = cluster(
        SINGLE, DOUBLE, NAMESAKE, copy, emptied(restarted), emptied(older), podless, absent_value=absent_value
    )
    world = World("migration_failover", told, (390, 420, 450, 480, 780))
    moved = migrate(world, "research", "simulate", 420, "worker-3", "10.130.1.2")
    moved = migrate(moved, "finance", "train", 420, "worker-3", "10.130.1.3")
    moved = migrate(moved, "research", "again", 420, "worker-1", "10.128.1.33")
    moved = migrate(moved, "research", "older", 420, "worker-1", "10.128.1.35")
    moved = migrate(moved, "research", "podless", 420, "worker-2", "10.129.1.32")
    both = fail_over(moved, 420, takes_over=420, in_place=False)
    both = unsettled(both, Transition(420, named=480))
    return replace(both, stated={("ambiguous", 420): 4, ("ambiguous", 450): 0})


def emptied(vm: VirtualMachine) -> VirtualMachine:
    """The VM whose GPU holds half of what it did when it starts again."""
    (board,) = vm.gpus
    half = {
        name: replace(board.readings[name], value=board.readings[name].value / 2)
        for name in MEMORY
        if name in board.readings
    }
    return replace(vm, later=((420, (replace(board, readings={**board.readings, **half}),)),))
