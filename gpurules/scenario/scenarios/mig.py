"""A VM with a GPU in MIG mode: two instances, each repeating what belongs to the whole GPU."""

from gpurules.scenario.fleet import SINGLE, cluster, exporter, machine, mig_gpu
from gpurules.scenario.model import World
from gpurules.scenario.quantities import MIG_FIELDS

SOURCE = "UUID is the parent's, GPU_I_ID the instance; power and temperature are answered from the parent"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    guest = exporter(MIG_FIELDS)
    sliced = machine("research", "sliced", "worker-2", (mig_gpu(17),), address="10.129.1.17", guest=guest)
    return World("mig", cluster(SINGLE, sliced, absent_value=absent_value), (360,))
