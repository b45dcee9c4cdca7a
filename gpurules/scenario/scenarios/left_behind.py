"""A VM migrated while Prometheus was down: its former launcher's series are still seen, and no rule remembers them."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster
from gpurules.scenario.leftover import aged
from gpurules.scenario.model import Period, Stay, Transition, VirtualMachine, World, labels_of

SOURCE = "the lookback shows for 5 minutes what ended while nobody looked"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    machines = (SINGLE, moved(DOUBLE), NAMESAKE)
    seen_again = replace(cluster(*machines, absent_value=absent_value), outages=(Period(10, 20),))
    changes = Transition(0, values=330, rates=360, senders=330, health=330)
    return World("left_behind", seen_again, (360, 390), (changes,))


def moved(machine: VirtualMachine) -> VirtualMachine:
    """The VM with a stay before this one, of which KubeVirt says nothing any more."""
    stay = machine.stays[0]
    before = dict(aged(labels_of({"node": stay.node, "pod": stay.pod})))
    former = Stay(before["pod"], before["node"], "10.131.1.1", Period(0, 10), listed=False)
    return replace(machine, stays=(former, replace(stay, period=Period(10))))
