"""Two VMs have one address, on networks that overlap; a third has an IPv6 address."""

from gpurules.scenario.fleet import SINGLE, cluster, gpu, machine
from gpurules.scenario.model import World

SOURCE = "secondary and user-defined networks may overlap; an IPv6 address stands in brackets before its port"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    guests = (
        machine("tenants", "twin-a", "worker-2", (gpu(36),), address="192.168.1.5"),
        machine("tenants", "twin-b", "worker-3", (gpu(37),), address="192.168.1.5"),
        machine("tenants", "six", "worker-3", (gpu(38),), address="fd00:10::38"),
    )
    return World("same_address", cluster(SINGLE, *guests, absent_value=absent_value), (360,))
