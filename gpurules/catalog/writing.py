"""Writes a counters CSV that dcgm-exporter reads."""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.catalog.field import Field, FieldKind

_DECLARED = {FieldKind.COUNTER: "counter", FieldKind.LABEL: "label"}


def counters_csv(fields: Iterable[Field]) -> str:
    """A row for each field under its current name, with the type that is right and the catalog's help."""
    return counters_rows((entry.name, _DECLARED.get(entry.kind, "gauge"), entry.help) for entry in fields)


def counters_rows(rows: Iterable[tuple[str, str, str]]) -> str:
    """A row for each name, type and help."""
    return "".join(f"{name},{declared},{_cell(help_text)}\n" for name, declared, help_text in rows)


def named_counters_csv(rows: Iterable[tuple[str, Field]]) -> str:
    """A row for each field under a name of it that an exporter knows."""
    return counters_rows((name, _DECLARED.get(entry.kind, "gauge"), entry.help) for name, entry in rows)


def _cell(text: str) -> str:
    """``text`` as one cell: in quotes where a comma or quote would break it."""
    if "," not in text and '"' not in text:
        return text
    return '"' + text.replace('"', '""') + '"'
