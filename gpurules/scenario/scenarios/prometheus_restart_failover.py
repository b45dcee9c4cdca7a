"""While Prometheus is down the leader of virt-controller changes: the old leader's series stay for five minutes."""

from dataclasses import replace

from gpurules.scenario.events import fail_over, migrate, stop_prometheus
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import World

SOURCE = "two emitters of kubevirt_vmi_info for every VM over the lookback, one of them wrong about a VM"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("prometheus_restart_failover", cluster(absent_value=absent_value), (390, 510, 600, 750, 840))
    moved = migrate(world, "research", "simulate", 450, "worker-3", "10.130.1.2")
    stopped = stop_prometheus(fail_over(moved, 450, takes_over=450, in_place=False), 420, 480)
    left_behind = {("ambiguous", moment): 1.0 for moment in (510, 600)}
    return replace(stopped, stated=left_behind | {("unmatched", moment): 1.0 for moment in (510, 600)})
