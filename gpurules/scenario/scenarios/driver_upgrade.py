"""A guest loads another driver: a label on every one of its series changes in one scrape, and counters start anew."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, change_machine, restarted, unsettled
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Transition, VirtualMachine, World

SOURCE = "DCGM_FI_DRIVER_VERSION is a label row of the counters file, hence on every series of the exporter"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("driver_upgrade", cluster(absent_value=absent_value), (390, 420, 450, 480, 750))
    changed = change_machine(world, "research", "simulate", upgraded)
    return unsettled(changed, Transition(420, rates=420 + RATE_WINDOW + 30))


def upgraded(machine: VirtualMachine, at: float = 420) -> VirtualMachine:
    """The VM with the other driver from ``at`` on, which calls the board another name."""
    assert machine.exporter is not None
    other = replace(machine.exporter, driver_version="570.133.20")
    gpus = tuple(replace(restarted(gpu, at), model=f"{gpu.model} 80GB") for gpu in machine.gpus)
    return replace(machine, upgrade=(at, other), later=((at, gpus),))
