"""Guests load another driver while Prometheus is down: for five minutes their GPUs are described in two ways."""

from gpurules.scenario.events import LOOKBACK, change_machine, stop_prometheus, unsettled
from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, gpu, machine
from gpurules.scenario.model import Transition, World
from gpurules.scenario.scenarios.driver_upgrade import upgraded

SOURCE = "series with the former label are never marked stale; each GPU must be described once all the same"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    others = (
        machine("tenants", "third", "worker-2", (gpu(196),), address="10.129.1.196"),
        machine("tenants", "fourth", "worker-3", (gpu(197),), address="10.130.1.197"),
    )
    told = cluster(SINGLE, DOUBLE, NAMESAKE, *others, absent_value=absent_value)
    world = World("driver_unseen", told, (390, 510, 600, 780))
    changed = change_machine(world, "research", "simulate", lambda vm: upgraded(vm, 450))
    changed = change_machine(changed, "research", "train", lambda vm: upgraded(vm, 450))
    changed = change_machine(changed, "tenants", "fourth", lambda vm: upgraded(vm, 450))
    stopped = stop_prometheus(changed, 420, 480)
    return unsettled(stopped, Transition(420, values=420 + LOOKBACK + 30, rates=450 + LOOKBACK + 30))
