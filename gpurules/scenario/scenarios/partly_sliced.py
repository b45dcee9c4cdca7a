"""A VM with one GPU in MIG mode and a whole one: what the instances repeat counts once beside what the other says."""

from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, machine, mig_gpu
from gpurules.scenario.model import World
from gpurules.scenario.quantities import MIG_FIELDS

SOURCE = "MIG is switched on for each GPU by itself; a mean over series would lean to the GPU with more instances"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    gpus = (mig_gpu(60), gpu(61, index=1))
    partly = machine("research", "partly", "worker-2", gpus, address="10.129.1.60", guest=exporter(MIG_FIELDS))
    return World("partly_sliced", cluster(SINGLE, partly, absent_value=absent_value), (360,))
