"""Writes a counters CSV that dcgm-exporter reads."""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.catalog.field import Field, FieldKind

_DECLARED = {FieldKind.COUNTER: "counter", FieldKind.LABEL: "label"}


def counters_csv(fields: Iterable[Field]) -> str:
    """A row for each field under its current name, with the type that is right and the catalog's help."""
    return named_counters_csv((entry.name, entry) for entry in fields)


def named_counters_csv(rows: Iterable[tuple[str, Field]]) -> str:
    """The same with the name of each field that an exporter knows it by."""
    return "".join(f"{name},{_DECLARED.get(entry.kind, 'gauge')},{_cell(entry.help)}\n" for name, entry in rows)


def _cell(text: str) -> str:
    """``text`` as one cell: in quotes where a comma or quote would break it."""
    if "," not in text and '"' not in text:
        return text
    return '"' + text.replace('"', '""') + '"'
