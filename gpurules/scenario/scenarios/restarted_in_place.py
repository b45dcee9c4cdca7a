"""While Prometheus was down VMs restarted on their nodes: of both launchers GPUs are seen for a while."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, gpu, machine
from gpurules.scenario.leftover import aged
from gpurules.scenario.model import Period, Stay, Transition, VirtualMachine, World, labels_of

SOURCE = "a new launcher pod may come to the same node; what ended while nobody looked is seen for 5 minutes"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    others = (
        machine("research", "third", "worker-2", (gpu(180),), address="10.129.1.180"),
        machine("research", "fourth", "worker-3", (gpu(181),), address="10.130.1.181"),
        machine("finance", "fifth", "worker-3", (gpu(182),), address="10.130.1.182"),
        machine("finance", "fourth", "worker-2", (gpu(183),), address="10.129.1.183"),
    )
    machines = (again(vm, f"10.131.1.{number}") for number, vm in enumerate((SINGLE, DOUBLE, NAMESAKE, *others)))
    seen_again = replace(cluster(*machines, absent_value=absent_value), outages=(Period(10, 20),))
    changes = Transition(0, values=30, rates=360, senders=330, health=330)
    return World("restarted_in_place", seen_again, (60, 120, 360), (changes,), in_place=True)


def again(vm: VirtualMachine, address: str) -> VirtualMachine:
    """The VM in a launcher that followed another one on its node, which had the ``address``."""
    stay = vm.stays[0]
    before = dict(aged(labels_of({"pod": stay.pod})))["pod"]
    former = Stay(before, stay.node, address, Period(0, 10), listed=False, phase="Succeeded")
    return replace(vm, stays=(former, replace(stay, period=Period(10))))
