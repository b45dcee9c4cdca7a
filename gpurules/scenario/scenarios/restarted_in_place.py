"""While Prometheus was down a VM was stopped and started on its node: of both launchers the GPU is seen for a while."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster
from gpurules.scenario.leftover import aged
from gpurules.scenario.model import Period, Stay, Transition, World, labels_of

SOURCE = "a new launcher pod may come to the same node; what ended while nobody looked is seen for 5 minutes"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    stay = DOUBLE.stays[0]
    before = dict(aged(labels_of({"pod": stay.pod})))["pod"]
    former = Stay(before, stay.node, "10.128.1.99", Period(0, 10), listed=False, phase="Succeeded")
    again = replace(DOUBLE, stays=(former, replace(stay, period=Period(10))))
    seen_again = replace(cluster(SINGLE, again, NAMESAKE, absent_value=absent_value), outages=(Period(10, 20),))
    changes = Transition(0, values=30, rates=360, senders=330, health=330)
    return World("restarted_in_place", seen_again, (60, 120, 360), (changes,), in_place=True)
