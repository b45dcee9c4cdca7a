"""Guests run two exporters that describe the GPUs differently; in one VM that nobody knows; one exporter each ends."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, SETTLING, unsettled
from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.model import Period, Transition, VirtualMachine, World

SOURCE = "the GPU operator's exporter and one of a tenant's own in a guest that is a Kubernetes node"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    stranger = machine("tenants", "stranger", "worker-3", (gpu(56),), address="10.130.1.56")
    unknown = replace(stranger, stays=(replace(stranger.stays[0], listed=False),))
    third = machine("tenants", "third", "worker-3", (gpu(58),), address="10.130.1.58")
    guests = tuple(map(twice, (SINGLE, DOUBLE, third, unknown)))
    world = World("two_exporters", cluster(*guests, NAMESAKE, absent_value=absent_value), (360, 390, 420, 480, 750))
    return unsettled(world, Transition(420, rates=420 + RATE_WINDOW + 30, health=420 + SETTLING))


def twice(vm: VirtualMachine) -> VirtualMachine:
    """The VM with a second exporter until 420, which has no row of the driver."""
    return replace(vm, second=replace(exporter(), driver_label="", answers=(Period(0, 420),)))
