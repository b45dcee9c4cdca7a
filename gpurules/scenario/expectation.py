"""What an expectation is, and what records of all levels share: labels, how numbers combine, when all is settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gpurules.scenario.booking import Seen, Vm
from gpurules.scenario.exposition import row_value
from gpurules.scenario.model import World
from gpurules.scenario.scrape import INTERVAL, LOOKBACK
from gpurules.scenario.target import Sample

RATE_TOLERANCE = 0.06
"""How far a rate over a steady window may be from the physical one, since scrapes repeat readings."""


class Contradiction(ValueError):
    """A record that says of itself what cannot be, by the table of quantities."""


def rate_tolerance(window: int, collection: float) -> float:
    """How far a rate may be from the physical one. Scrapes repeat readings, so a window that is short, or holds no
    whole number of readings, sees up to one reading and one scrape more or less."""
    even = window % max(collection, INTERVAL) == 0 and (collection % INTERVAL == 0 or INTERVAL % collection == 0)
    if even and window >= LOOKBACK:
        return RATE_TOLERANCE
    return max(RATE_TOLERANCE, (collection + INTERVAL) / (window - INTERVAL))


def pace(world: World, window: int) -> float:
    """Seconds between two readings that differ: the exporter's, or the longest step in which a counter of the story
    grows, where the window holds no whole number of such steps."""
    gpus = (gpu for one in world.clusters.values() for machine in one.machines for gpu in machine.all_gpus)
    steps = {reading.every for gpu in gpus for reading in gpu.readings.values()}
    return max((step for step in steps if step and window % step), default=0) or world.cluster.collection


@dataclass(frozen=True, slots=True)
class Expectation:
    """The series that a record must show, no others; each number within ``tolerance`` of the one given (relative)."""

    samples: tuple[Sample, ...]
    tolerance: float = 0


def settled(world: World, kind: str, moment: float) -> bool:
    """Whether nothing that happened still disturbs records of ``kind``."""
    return not any(change.at <= moment < change.until(kind) for change in world.transitions)


def vm_labels(vm: Vm) -> dict[str, str]:
    """The labels of level vmi."""
    return {**dict(vm.described), "namespace": vm.namespace, "name": vm.name, "node": vm.node}


def device_labels(gpu: Seen) -> dict[str, str]:
    """The labels that tell the GPUs of a VM apart."""
    return {"UUID": gpu.gpu.uuid, "GPU_I_ID": gpu.instance_id, "gpu": gpu.gpu.index}


def description(gpu: Seen) -> dict[str, str]:
    """The labels of the info record beyond those."""
    version = gpu.exporter.driver_version if gpu.exporter.driver_label else ""
    rows = {row: row_value(row, gpu.gpu) for _, row in gpu.exporter.rows}
    return {"modelName": gpu.gpu.model, "pci_bus_id": gpu.gpu.pci_bus_id, "driver_version": version, **rows}


def average(values: Sequence[Fraction]) -> Fraction:
    """The mean."""
    return sum(values, Fraction(0)) / len(values)


def total(values: Sequence[Fraction]) -> Fraction:
    """The sum."""
    return sum(values, Fraction(0))


COMBINATIONS: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "sum": total,
    "avg": average,
    "max": max,
    "min": min,
}
