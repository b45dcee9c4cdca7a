"""What an expectation is, and what records of all levels share: labels, how numbers combine, when all is settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gpurules.scenario.booking import Seen, Vm
from gpurules.scenario.model import World
from gpurules.scenario.target import Sample

RATE_TOLERANCE = 0.06
"""How far a rate over a steady window may be from the physical one, since scrapes repeat readings."""


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
    return {"namespace": vm.namespace, "name": vm.name, "node": vm.node}


def device_labels(gpu: Seen) -> dict[str, str]:
    """The labels that tell the GPUs of a VM apart."""
    return {"UUID": gpu.gpu.uuid, "GPU_I_ID": gpu.instance_id, "gpu": gpu.gpu.index}


def description(gpu: Seen) -> dict[str, str]:
    """The labels of the info record beyond those."""
    version = gpu.exporter.driver_version if gpu.exporter.driver_label else ""
    return {"modelName": gpu.gpu.model, "pci_bus_id": gpu.gpu.pci_bus_id, "driver_version": version}


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
