"""One store holds three clusters, one without a GPU: VM, pod, node, address and even the UUID of a GPU are alike."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, gpu, machine, without
from gpurules.scenario.model import World
from gpurules.scenario.quantities import FREE, RESERVED

SOURCE = "external labels tell the clusters apart; all other names are each cluster's own"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    alike = machine(
        "research", "train", "worker-1", (without(RESERVED, gpu(1)), gpu(42, index=1)), address="10.128.1.1"
    )
    blank = machine("research", "simulate", "worker-1", (without(FREE, gpu(2)), gpu(63, index=1)), address="10.128.1.2")
    only_there = machine("finance", "forecast", "worker-2", (gpu(43),), address="10.129.1.43")
    unknown = replace(NAMESAKE, stays=(replace(NAMESAKE.stays[0], listed=False),), gpus=(gpu(106),))
    plain = replace(machine("research", "web", "worker-1", (), address="10.128.1.50"), exporter=None)
    return World(
        "several_clusters",
        cluster(SINGLE, DOUBLE, NAMESAKE, absent_value=absent_value),
        (360, 390),
        others={
            "away": cluster(alike, blank, only_there, unknown, absent_value=absent_value),
            "idle": cluster(plain, absent_value=absent_value),
        },
    )
