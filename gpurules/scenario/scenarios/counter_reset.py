"""The exporter in a guest restarts with the driver: it is silent for a while, then the counters start from nothing."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, SETTLING, change_machine, restarted, unsettled
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Period, Transition, VirtualMachine, World

SOURCE = "energy and PCIe replays count since the driver was loaded; a rate takes a drop for a new start"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("counter_reset", cluster(absent_value=absent_value), (390, 420, 450, 480, 510, 600, 810))
    changed = change_machine(world, "research", "simulate", reset)
    back = 450
    silent = Transition(420, rates=back + RATE_WINDOW + 30, senders=back, health=back + SETTLING)
    return unsettled(changed, silent, Transition(back))


def reset(machine: VirtualMachine) -> VirtualMachine:
    """The VM whose exporter and counters start anew at 450."""
    assert machine.exporter is not None
    silent = replace(machine.exporter, answers=(Period(0, 420), Period(450)))
    return replace(machine, exporter=silent, later=((450, tuple(restarted(gpu, 450) for gpu in machine.gpus)),))
