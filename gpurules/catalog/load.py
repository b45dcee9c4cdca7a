"""Reads the field catalog that ships with the program."""

from __future__ import annotations

from functools import cache

from gpurules.catalog.field import Catalog, Entity, Field, FieldKind, Grain
from gpurules.catalog.units import UNITS
from gpurules.text.shipped import shipped_text

DCGM_RELEASE = "4.6.1"
"""The newest DCGM release whose names the catalog knows."""


@cache
def load_catalog() -> Catalog:
    """All fields: those of DCGM, then dcgm-exporter's own counters; in the order of their numbers."""
    kinds = {kind.value: kind for kind in FieldKind}
    entities = {entity.value: entity for entity in Entity}
    grains = {grain.value: grain for grain in Grain}
    units = {word: entry.unit for word, entry in UNITS.items()}
    fields = [
        Field(
            id=int(row[0]),
            name=row[1],
            other_names=tuple(row[2].split()),
            value_type=row[3],
            kind=kinds[row[4]],
            unit=units[row[5]] if row[5] else None,
            entity=entities[row[6]],
            grain=grains[row[7]],
            combine=row[8] or None,
            dimensions=tuple(row[9].split()),
            record=row[10],
            subsystem=row[11],
            ignore_zero=row[12] == "yes",
            release=row[13],
            help=row[14],
            refusal=row[15],
        )
        for row in read_table("fields.tsv")
    ]
    return Catalog(DCGM_RELEASE, tuple(fields))


def read_table(name: str) -> list[list[str]]:
    """The rows of a tab-separated table of ``data/dcgm``, without its comments and its heading."""
    lines = read_data(name).splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")][1:]


def read_data(name: str) -> str:
    """The text of a file of ``data/dcgm``."""
    return shipped_text("dcgm", name)
