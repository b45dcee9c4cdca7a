"""GPUs are claimed by several VMs, of one name, in one namespace, on two nodes: all keep theirs, claims are counted."""

from dataclasses import replace

from gpurules.scenario.events import silence
from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, exporter, gpu, machine, mig_gpu, without
from gpurules.scenario.model import Gpu, World
from gpurules.scenario.quantities import FREE, MIG_FIELDS, RESERVED

SOURCE = "a UUID is what the guest says; one UUID under two VMs is reported, never dropped"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    partly = tuple(without(FREE, gpu(step)) for step in (1, 4))
    copies = (
        machine("tenants", "train", "worker-1", (partly[0], gpu(51, index=1)), address="10.128.1.20"),
        machine("finance", "copy", "worker-2", (partly[1], gpu(51, index=1)), address="10.129.1.20"),
        machine("finance", "spare", "worker-2", (without(RESERVED, gpu(4)),), address="10.129.1.21"),
        machine("batch", "train", "worker-1", (without(RESERVED, gpu(1)),), address="10.128.1.21"),
        machine("tenants", "half", "worker-3", (sliced(53, FREE),), address="10.130.1.53", guest=exporter(MIG_FIELDS)),
        machine(
            "tenants", "rest", "worker-3", (sliced(57, RESERVED),), address="10.130.1.57", guest=exporter(MIG_FIELDS)
        ),
    )
    full = replace(NAMESAKE, gpus=(gpu(4),))
    world = World("shared_uuid", cluster(SINGLE, full, *copies, absent_value=absent_value), (360, 480, 510, 690))
    return silence(silence(world, "finance", "copy", 420), "finance", "spare", 600)


def sliced(step: int, name: str) -> Gpu:
    """A GPU in MIG mode of which only the first instance has a number of that field."""
    whole = mig_gpu(step)
    first, *others = whole.instances
    blank = (replace(one, readings={other: r for other, r in one.readings.items() if other != name}) for one in others)
    return replace(without(name, whole), instances=(first, *blank))
