"""Two VMs claim one GPU: both keep their series, and the claim is counted."""

from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, gpu, machine
from gpurules.scenario.model import World

SOURCE = "a UUID is what the guest says; one UUID under two VMs is reported, never dropped"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    copy = machine("tenants", "copy", "worker-3", (gpu(1),), address="10.130.1.20")
    return World("shared_uuid", cluster(SINGLE, NAMESAKE, copy, absent_value=absent_value), (360,))
