"""A VM with one busy and one idle GPU: a zero is recorded and counts in an average; a GPU without memory."""

from gpurules.scenario.fleet import SINGLE, cluster, gpu, machine
from gpurules.scenario.model import Reading, World
from gpurules.scenario.quantities import DEFAULT_FIELDS, FREE, RESERVED, USED

SOURCE = "absent is not 0: an idle GPU sends zeros, and only a temperature of 0 means that there is no sensor"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    idle = gpu(6, index=1, more={name: Reading(0) for name in DEFAULT_FIELDS if "FB_" not in name})
    partly = machine("research", "partly-idle", "worker-2", (gpu(5), idle), address="10.129.1.5")
    none = {name: Reading(0) for name in (FREE, USED, RESERVED, "DCGM_FI_DEV_MEMORY_TEMP_CELSIUS")}
    shared = machine("research", "no-memory", "worker-2", (gpu(54, more=none),), address="10.129.1.54")
    return World("idle_gpu", cluster(SINGLE, partly, shared, absent_value=absent_value), (360,))
