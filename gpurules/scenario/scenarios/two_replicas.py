"""Two replicas of Prometheus scrape in turn, and the ruler reads both, not de-duplicated; a VM migrates meanwhile."""

from dataclasses import replace

from gpurules.scenario.events import migrate, unsettled
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Transition, World

SOURCE = "a store that both write to holds every series twice, with prometheus_replica; one lags a scrape behind"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    both = replace(cluster(absent_value=absent_value), replicas=("prometheus-k8s-0", "prometheus-k8s-1"))
    moved = migrate(World("two_replicas", both, (360, 390, 420, 450, 480, 540, 780)), *MOVES)
    # Each scrapes at half the pace, so what is gone is marked stale later.
    return unsettled(moved, Transition(420, health=420 + 120))


MOVES = ("research", "train", 420, "worker-3", "10.130.1.1")
