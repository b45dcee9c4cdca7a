"""Counters that stand still and then jump: over the rate window they grow as they do in the mean."""

from dataclasses import replace

from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, machine, readings
from gpurules.scenario.model import Reading, World
from gpurules.scenario.quantities import QUANTITIES

SOURCE = "replays and errors come in bursts; a shorter window sees none or too many of them"

PAUSE = 150
"""Seconds between two jumps: the rate window holds two of them, wherever it ends."""


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    whole = readings(50)
    counters = [quantity.name for quantity in QUANTITIES if quantity.cumulative]
    jumping = {name: Reading(whole[name].value, whole[name].per_second, every=PAUSE) for name in counters}
    old = replace(exporter(), uuid_label="uuid")
    guests = (
        machine("research", "bursts", "worker-2", (gpu(50, more=jumping),), address="10.129.1.50"),
        machine("research", "bursts-too", "worker-2", (gpu(58, more=jumping),), address="10.129.1.58", guest=old),
    )
    return World("bursts", cluster(SINGLE, *guests, absent_value=absent_value), (360, 390, 420))
