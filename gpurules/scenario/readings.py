"""Readings of fields that a story says nothing of: different for each GPU and field, and exact in binary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gpurules.scenario.changed import with_clusters, with_gpus
from gpurules.scenario.fleet import readings
from gpurules.scenario.model import Gpu, Reading, World
from gpurules.scenario.quantities import BY_NAME, ONE, PERCENT, XID, Quantity
from gpurules.scenario.seed import drawn

USUAL = readings(1)
NANO_PER_SECOND = 125_000_000
"""An eighth of a second in each second."""


def with_readings(world: World, fields: Iterable[str]) -> World:
    """The world whose GPUs have readings of all ``fields``, but for those that stories usually tell and have left out:
    they are blank. A GPU that says nothing but its last error says nothing of the others either."""
    quantities = [BY_NAME[name] for name in fields]

    def measured(gpu: Gpu) -> Gpu:
        if gpu.readings.keys() <= {XID}:
            return gpu
        missing = {
            one.name: reading_of(one, gpu.uuid) for one in quantities if one.name not in {**gpu.readings, **USUAL}
        }
        return replace(gpu, readings={**gpu.readings, **missing}) if missing else gpu

    return with_clusters(world, lambda cluster: with_gpus(cluster, measured))


def reading_of(quantity: Quantity, uuid: str) -> Reading:
    """The reading of a field on a GPU."""
    step = drawn(8, "reading", quantity.name, uuid) + 1
    if quantity.coded:
        return Reading(step % 3)
    if quantity.cumulative:
        slow = quantity.factor < 1
        return Reading(NANO_PER_SECOND * 8 if slow else 1024, NANO_PER_SECOND * step / 8 if slow else 0.5 * step)
    if quantity.ratio:
        return Reading(12.5 * step if quantity.factor == PERCENT else 0.125 * step)
    return Reading(16 * step if quantity.factor >= ONE else 1000 * step)
