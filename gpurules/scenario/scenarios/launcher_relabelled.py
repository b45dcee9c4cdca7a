"""The label that ties a launcher pod to its VM is changed to another VM's, while virt-controller's leader changes."""

from dataclasses import replace

from gpurules.scenario.events import fail_over, unsettled
from gpurules.scenario.fleet import DOUBLE, SINGLE, cluster, gpu, machine, without
from gpurules.scenario.model import Period, Transition, World
from gpurules.scenario.quantities import RESERVED

SOURCE = (
    "vmi_pod is found by the label kubevirt.io/created-by: the old leader's series still tie the pod to the other VM"
)


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    heir = machine(
        "research", "heir", "worker-2", (gpu(74), without(RESERVED, gpu(75, index=1))), address="10.129.1.74"
    )
    stay = heir.stays[0]
    found = replace(heir, stays=(replace(stay, listed_from=420),))
    # kube-state-metrics names the owner of the pod all the time.
    claims = replace(stay, address="10.129.1.76", period=Period(0, 420))
    former = replace(
        heir,
        name="former",
        stays=(claims,),
        gpus=(),
        exporter=None,
        controlled_by=("VirtualMachineInstance", heir.name),
    )
    world = World(
        "launcher_relabelled", cluster(found, SINGLE, DOUBLE, former, absent_value=absent_value), (390, 420, 450)
    )
    return unsettled(fail_over(world, 420, takes_over=420, in_place=False), Transition(420))
