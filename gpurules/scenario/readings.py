"""Readings of fields that a story says nothing of: different for each GPU and field, and exact in binary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gpurules.scenario.changed import with_clusters, with_gpus
from gpurules.scenario.fleet import readings
from gpurules.scenario.model import Gpu, Reading, World, labels_of
from gpurules.scenario.quantities import BY_NAME, ONE, PERCENT, XID, Quantity
from gpurules.scenario.seed import drawn

USUAL = readings(1)
NANO_PER_SECOND = 125_000_000
"""An eighth of a second in each second."""


DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "xid": ("13", "31", "79"),
    "clock_event": ("gpu_idle", "sw_power_cap", "hw_slowdown"),
    "window_size_in_ms": ("300000",),
    "health_watch": ("PCIE", "MEM", "NVLINK"),
    "health_error_code": ("DCGM_FR_PCI_REPLAY_RATE", "DCGM_FR_CORRUPT_INFOROM"),
    "peer_gpu": ("0", "1", "2"),
}
"""What the labels of dcgm-exporter's own counters may say (its ``rendermetrics`` and ``healthstatus``)."""


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
    """The reading of a field on a GPU; labels of its own differ from GPU to GPU."""
    if set(quantity.labels) <= DIMENSIONS.keys():
        labels = {label: _value_of(label, uuid) for label in quantity.labels}
        return replace(_number(quantity, uuid), labels=labels_of(labels))
    return _number(quantity, uuid)


def _value_of(label: str, uuid: str) -> str:
    values = DIMENSIONS[label]
    return values[drawn(len(values), label, uuid)]


def _number(quantity: Quantity, uuid: str) -> Reading:
    step = drawn(8, "reading", quantity.name, uuid) + 1
    if quantity.coded:
        return Reading(step % 3)
    if quantity.cumulative:
        slow = quantity.factor < 1
        return Reading(NANO_PER_SECOND * 8 if slow else 1024, NANO_PER_SECOND * step / 8 if slow else 0.5 * step)
    if quantity.ratio:
        return Reading(12.5 * step if quantity.factor == PERCENT else 0.125 * step)
    return Reading(16 * step if quantity.factor >= ONE else 1000 * step)
