"""Two GPUs are claimed by two VMs each, of one name or in one namespace: all keep their series, claims are counted."""

from dataclasses import replace

from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, exporter, gpu, machine, mig_gpu
from gpurules.scenario.model import Gpu, World
from gpurules.scenario.quantities import FREE, MIG_FIELDS

SOURCE = "a UUID is what the guest says; one UUID under two VMs is reported, never dropped"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    partly = tuple(without_free(gpu(step)) for step in (1, 4))
    copies = (
        machine("tenants", "train", "worker-1", (partly[0], gpu(51, index=1)), address="10.128.1.20"),
        machine("finance", "copy", "worker-2", (partly[1], gpu(52, index=1)), address="10.129.1.20"),
        machine("tenants", "sliced", "worker-3", (half_sliced(),), address="10.130.1.53", guest=exporter(MIG_FIELDS)),
    )
    return World("shared_uuid", cluster(SINGLE, NAMESAKE, *copies, absent_value=absent_value), (360,))


def without_free(whole: Gpu) -> Gpu:
    """The GPU without a number of what memory is free: a blank is not sent."""
    return replace(whole, readings={name: one for name, one in whole.readings.items() if name != FREE})


def half_sliced() -> Gpu:
    """A GPU in MIG mode of which only the first instance has such a number."""
    whole = without_free(mig_gpu(53))
    first, *others = mig_gpu(53).instances
    blank = (replace(one, readings={n: r for n, r in one.readings.items() if n != FREE}) for one in others)
    return replace(whole, instances=(first, *blank))
