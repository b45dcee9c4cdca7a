"""The fields that a probe reads, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PROFILING = range(1001, 1097)
"""Fields of the profiling module. A live read of one that nobody watches kills an engine of 4.0.0 to 4.6.0 (a null
pointer in DcgmCacheManager.cpp), so none may ever stand below.
"""


class Kind(StrEnum):
    """The type character of a value."""

    INTEGER = "i"
    TEXT = "s"


class Entity(StrEnum):
    """What a field is measured on."""

    GLOBAL = "global"
    GPU = "gpu"


@dataclass(frozen=True, slots=True)
class ProbeField:
    """One field: ``since`` is the first DCGM release (major, minor) that has it."""

    id: int
    name: str
    kind: Kind
    entity: Entity
    since: tuple[int, int] = (3, 0)


DRIVER_VERSION = ProbeField(1, "driver_version", Kind.TEXT, Entity.GLOBAL)
NVML_VERSION = ProbeField(2, "nvml_version", Kind.TEXT, Entity.GLOBAL)
NAME = ProbeField(50, "name", Kind.TEXT, Entity.GPU)
UUID = ProbeField(54, "uuid", Kind.TEXT, Entity.GPU)
PCI_ADDRESS = ProbeField(57, "pci_address", Kind.TEXT, Entity.GPU)
TEMPERATURE = ProbeField(150, "temperature", Kind.INTEGER, Entity.GPU)
VIRTUALIZATION = ProbeField(500, "virtualization", Kind.INTEGER, Entity.GPU)
RECOVERY_ACTION = ProbeField(1523, "recovery_action", Kind.INTEGER, Entity.GPU, since=(4, 5))

FIELDS = (DRIVER_VERSION, NVML_VERSION, NAME, UUID, PCI_ADDRESS, TEMPERATURE, VIRTUALIZATION, RECOVERY_ACTION)


def fields_of(entity: Entity, release: tuple[int, int]) -> tuple[ProbeField, ...]:
    """The fields of ``entity`` that an engine of ``release`` (major, minor) has."""
    return tuple(field for field in FIELDS if field.entity is entity and field.since <= release)
