"""Prometheus is down for a minute while a VM migrates: its old series are never marked stale."""

from dataclasses import replace

from gpurules.scenario.events import migrate, stop_prometheus
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import World

SOURCE = "what was seen in the last scrape is kept in memory only; old series stay for the lookback of 5 minutes"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("prometheus_restart", cluster(absent_value=absent_value), (390, 510, 600, 750, 840))
    moved = migrate(world, "research", "train", 450, "worker-3", "10.130.1.1")
    stopped = stop_prometheus(moved, 420, 480)
    left_behind = {("ambiguous", moment): 1.0 for moment in (510, 600)}
    return replace(stopped, stated=left_behind | {("unmatched", moment): 1.0 for moment in (510, 600)})
