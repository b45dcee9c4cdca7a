"""Counters that stand still and then jump: over the rate window they grow as they do in the mean."""

from dataclasses import replace

from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, machine, readings
from gpurules.scenario.model import Exporter, Gpu, Reading, World
from gpurules.scenario.quantities import QUANTITIES

SOURCE = "replays and errors come in bursts; a shorter window sees none or too many of them"

PAUSE = 150
"""Seconds between two jumps: the rate window holds two of them, wherever it ends."""


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    guests = (
        machine("research", "bursts", "worker-2", (jumping(50),), address="10.129.1.50"),
        machine("research", "modern", "worker-2", (jumping(59),), address="10.129.1.59", guest=new_names(exporter())),
    )
    return World("bursts", cluster(SINGLE, *guests, absent_value=absent_value), (360, 390, 420))


def jumping(step: int) -> Gpu:
    """A GPU whose counters do so."""
    whole = readings(step)
    counters = [quantity.name for quantity in QUANTITIES if quantity.cumulative]
    jumps = {name: Reading(whole[name].value, whole[name].per_second, every=PAUSE) for name in counters}
    return gpu(step, more=jumps)


def new_names(guest: Exporter) -> Exporter:
    """The exporter in the words of DCGM 4.6."""
    return replace(guest, old_names=False)
