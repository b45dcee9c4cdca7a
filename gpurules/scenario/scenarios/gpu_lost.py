"""One of a VM's two GPUs falls off the bus: XID 79 is all that is said of it, and after a while not even that."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, change_machine, unsettled
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Reading, Transition, VirtualMachine, World
from gpurules.scenario.quantities import XID

SOURCE = "blank values are dropped from the page; the last XID stays until the exporter starts again without the GPU"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("gpu_lost", cluster(absent_value=absent_value), (390, 420, 450, 480, 510, 780))
    lost = change_machine(world, "research", "simulate", lose)
    return unsettled(lost, Transition(420, rates=420 + RATE_WINDOW + 30), Transition(480))


def lose(machine: VirtualMachine) -> VirtualMachine:
    """The VM without the last of its GPUs."""
    *left, last = machine.gpus
    fallen = replace(last, readings={XID: Reading(79)})
    return replace(machine, later=((420, (*left, fallen)), (480, tuple(left))))
