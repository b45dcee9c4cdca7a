"""VMs have one address, on networks that overlap, from the start or once a second one runs; another has an IPv6 one."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, unsettled
from gpurules.scenario.fleet import SINGLE, cluster, gpu, machine
from gpurules.scenario.model import Period, Transition, World

SOURCE = "secondary and user-defined networks may overlap; an IPv6 address stands in brackets before its port"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    guests = (
        machine("tenants", "twin-a", "worker-2", (gpu(36),), address="192.168.1.5"),
        machine("tenants", "twin-b", "worker-3", (gpu(37),), address="192.168.1.5"),
        machine("tenants", "six", "worker-3", (gpu(38),), address="fd00:10::38"),
    )
    alike = (
        machine("tenants", "alike", "worker-1", (gpu(101),), address="192.168.1.6"),
        machine("finance", "alike", "worker-2", (gpu(102),), address="192.168.1.6"),
    )
    first, second, *rest = guests
    late = replace(second, stays=(replace(second.stays[0], period=Period(420)),))
    machines = cluster(SINGLE, first, late, *rest, *alike, absent_value=absent_value)
    starts = Transition(420, values=480, rates=420 + RATE_WINDOW + 30, senders=480, health=480)
    return unsettled(World("same_address", machines, (360, 480)), starts)
