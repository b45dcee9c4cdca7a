"""The exporter in a guest does not answer for two minutes and comes back: the VM stays one that sends."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, SETTLING, change_machine, unsettled
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Period, Transition, VirtualMachine, World

SOURCE = "whoever sent within the rate window is a sender; its series end at once"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("guest_pauses", cluster(absent_value=absent_value), (390, 420, 450, 510, 540, 570, 900))
    changed = change_machine(world, "research", "simulate", paused)
    stops = Transition(420, rates=540 + RATE_WINDOW + 30, health=420 + SETTLING)
    return unsettled(changed, stops, Transition(540, health=540 + SETTLING))


def paused(machine: VirtualMachine) -> VirtualMachine:
    """The VM whose exporter is silent from 420 to 540."""
    assert machine.exporter is not None
    return replace(machine, exporter=replace(machine.exporter, answers=(Period(0, 420), Period(540))))
