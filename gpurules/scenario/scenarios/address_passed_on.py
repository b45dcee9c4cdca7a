"""A VM gets the address of one that was stopped; of two that shared an address one is stopped."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, SETTLING, change_machine, end, unsettled
from gpurules.scenario.fleet import SINGLE, cluster, gpu, machine
from gpurules.scenario.model import Period, Transition, World

SOURCE = "an address goes back to its pool with the pod; what was sent from it before stays within the range of a rate"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    former = machine("tenants", "former", "worker-2", (gpu(120),), address="192.168.1.7")
    heir = machine("finance", "heir", "worker-3", (gpu(121),), address="192.168.1.7")
    heir = replace(heir, stays=(replace(heir.stays[0], period=Period(450)),))
    twins = (
        machine("tenants", "brief", "worker-2", (gpu(122),), address="192.168.1.8"),
        machine("tenants", "lasting", "worker-3", (gpu(123),), address="192.168.1.8"),
    )
    machines = cluster(SINGLE, former, heir, *twins, absent_value=absent_value)
    world = World("address_passed_on", machines, (390, 420, 450, 480, 510, 600, 690, 840))
    for name in ("former", "brief"):
        world = change_machine(world, "tenants", name, lambda vm: end(vm, 420))
    starts = Transition(450, values=450 + 30, rates=480 + RATE_WINDOW + 30, senders=450 + 30, health=450 + SETTLING)
    return unsettled(world, Transition(420, values=450, rates=0, health=420 + SETTLING), starts)
