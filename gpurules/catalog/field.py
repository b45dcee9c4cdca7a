"""What DCGM measures: a field, the catalog of all fields, and a selection of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from gpurules.promql.types import Kind, Unit
from gpurules.text.span import Location


class FieldKind(Enum):
    """What the numbers of a field are; decided by the catalog, never by the type that a counters file declares."""

    COUNTER = "counter"
    GAUGE = "gauge"
    RATIO = "ratio"
    FLAG = "flag"
    CODE = "code"
    LABEL = "label"
    NOT_A_NUMBER = "not-a-number"
    UNKNOWN = "unknown"


class Entity(Enum):
    """What a field is measured on, hence which labels its series carry (facts: dcgm-exporter's collectors)."""

    GLOBAL = "global"
    GPU = "gpu"
    VGPU = "vgpu"
    LINK = "link"
    SWITCH = "switch"
    CPU = "cpu"
    CPU_CORE = "cpu-core"
    CONNECTX = "connectx"


class Grain(Enum):
    """How fine a GPU field really is: ``GPU`` values are repeated on every MIG instance of the GPU."""

    GPU = "gpu"
    INSTANCE = "instance"


_SERIES_KINDS = {
    FieldKind.COUNTER: Kind.COUNTER,
    FieldKind.GAUGE: Kind.GAUGE,
    FieldKind.RATIO: Kind.RATIO,
    FieldKind.FLAG: Kind.FLAG,
    FieldKind.CODE: Kind.CODE,
}


class Field(NamedTuple):
    """One DCGM field.

    ``name`` is the name of DCGM 4.6, ``other_names`` all others under which exporters may emit it, oldest first.
    ``unit`` is that of the raw number (exact scale); None where the number has none (codes, flags) or none is known.
    ``combine`` is how the GPUs of one VM combine: ``sum``, ``avg``, ``max``, ``min``, or None where no combination
    means anything. ``dimensions`` are labels beyond the GPU's own that the exporter adds and a record keeps.
    ``record`` is the part of a record's name that stands for the field, unit included: ``power_watts`` in
    ``vmi:kubevirt_vmi_gpu_power_watts:sum``; unique in the catalog; empty where the field cannot be recorded.
    ``ignore_zero``: a zero means that the board has no such sensor.
    ``release`` is the first DCGM release that has the field. ``refusal`` says why it cannot be a record, else empty.
    """

    id: int
    name: str
    other_names: tuple[str, ...]
    value_type: str
    kind: FieldKind
    unit: Unit | None
    entity: Entity
    grain: Grain
    combine: str | None
    dimensions: tuple[str, ...]
    record: str
    subsystem: str
    help: str
    release: str
    ignore_zero: bool = False
    refusal: str = ""

    @property
    def series_kind(self) -> Kind:
        """What the numbers of its series are; UNKNOWN where they are none."""
        return _SERIES_KINDS.get(self.kind, Kind.UNKNOWN)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, the current one first."""
        return (self.name, *self.other_names)


@dataclass(frozen=True)
class Catalog:
    """All fields of one DCGM release, by any of their names."""

    release: str
    fields: tuple[Field, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Every name of every field."""
        return {name: entry for entry in self.fields for name in entry.names}


class Counter(NamedTuple):
    """One row of a counters file: the name as written there, which is the name of the series or label."""

    name: str
    field: Field
    declared_type: str
    help: str
    location: Location | None = None


class Selection(NamedTuple):
    """What one or more counters files export; ``sources`` names them for the banner."""

    counters: tuple[Counter, ...]
    sources: tuple[str, ...]
