"""Prometheus is down while a VM is stopped and started under its name on another node."""

from gpurules.scenario.events import LOOKBACK, restart, stop_prometheus, unsettled
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Transition, World

SOURCE = "series of the former launcher pod, of its owner and of its address are never marked stale"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("restart_unseen", cluster(absent_value=absent_value), (390, 510, 600, 750, 870))
    again = restart(world, "research", "train", 430, "worker-2", "10.129.1.9", pause=20)
    stopped = stop_prometheus(again, 420, 480)
    return unsettled(stopped, Transition(420, senders=420 + LOOKBACK + 30, health=420 + LOOKBACK + 30))
