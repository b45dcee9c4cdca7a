"""A VM boots: its launcher pod runs before the guest does, and the guest's exporter answers last."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, SETTLING, unsettled
from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, gpu, machine
from gpurules.scenario.model import Period, Transition, World

SOURCE = "in phase scheduling kubevirt_vmi_info names neither node nor pod; the target is there with the pod"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    fresh = machine("research", "fresh", "worker-3", (gpu(40), gpu(41, index=1)), address="10.130.1.40")
    assert fresh.exporter is not None
    booting = replace(
        fresh,
        stays=(replace(fresh.stays[0], period=Period(420), scheduling=30),),
        exporter=replace(fresh.exporter, answers=(Period(465),)),
    )
    world = World(
        "boot", cluster(SINGLE, DOUBLE, NAMESAKE, booting, absent_value=absent_value), (390, 420, 450, 480, 510, 840)
    )
    starts = Transition(420, rates=480 + RATE_WINDOW + 30, health=420 + SETTLING)
    return unsettled(world, starts, Transition(465))
