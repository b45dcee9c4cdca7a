"""From the rows of a counters file to counters, as the catalog and the exporters know them; the default counters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gpurules.catalog.exporters import ExporterRelease, accepted_by_any, releases
from gpurules.catalog.field import Catalog, Counter, Selection
from gpurules.catalog.load import read_data
from gpurules.catalog.readers import counters_csv
from gpurules.catalog.row import Row, Rows
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean, nearest
from gpurules.text.span import SourceText
from gpurules.text.terminal import safe

MOST_PROBLEMS = 50
DEFAULT_SOURCE = "dcgm-exporter's default counters"
_DEFAULT_FILE = "default-counters.csv"
_PLACEHOLDER = "DCGM_FI_UNKNOWN"


def default_selection(catalog: Catalog) -> Selection:
    """What dcgm-exporter exports where nobody says otherwise: 25 series and one label, under their old names."""
    source = SourceText(_DEFAULT_FILE, read_data(_DEFAULT_FILE))
    counters, problems = resolved(counters_csv.read(source), catalog, releases())
    if problems:
        raise InputError(problems)
    return Selection(tuple(counters), (DEFAULT_SOURCE,))


def resolved(
    found: Rows, catalog: Catalog, exporters: Sequence[ExporterRelease]
) -> tuple[list[Counter], list[Problem]]:
    """The counters of rows that mean something, and what is wrong with the others."""
    counters: dict[str, Counter] = {}
    problems = list(found.problems)
    types = {declared for release in exporters for declared in release.types}
    for row in found.rows:
        field = catalog.by_name.get(row.name)
        wrong = [] if field else [_unknown(row, catalog, len(problems))]
        if field and not accepted_by_any(exporters, row.name):
            wrong.append(_not_in_release(row, field.names, exporters))
        if found.checks_types and row.declared_type not in types:
            wrong.append(_wrong_type(row, types))
        if row.name in counters and all(release.refuses_duplicates for release in exporters):
            wrong.append(_duplicate(row, counters[row.name]))
        problems.extend(wrong)
        if field and not wrong:
            counters.setdefault(row.name, Counter(row.name, field, row.declared_type, row.help, row.location))
    return list(counters.values()), problems


def _unknown(row: Row, catalog: Catalog, earlier: int) -> Problem:
    if not row.name:
        return Problem("the name of the field is empty", row.location, "a row is: field, type, help")
    if row.name == _PLACEHOLDER:
        return Problem(f"{_PLACEHOLDER} is no field", row.location, "remove the row, though dcgm-exporter takes it")
    advice = did_you_mean(row.name, catalog.by_name) if earlier < MOST_PROBLEMS else ""
    return Problem(f"{safe(row.name, 80)} is not a DCGM field", row.location, advice or "see gpurules fields")


def _not_in_release(row: Row, names: Iterable[str], exporters: Sequence[ExporterRelease]) -> Problem:
    known = [name for name in names if accepted_by_any(exporters, name)]
    spelt = ", ".join(release.name for release in exporters)
    advice = f"write {known[-1]}" if known else "remove the row or name a newer release"
    return Problem(f"{row.name} is unknown to dcgm-exporter {spelt}, which would not start", row.location, advice)


def _wrong_type(row: Row, types: Iterable[str]) -> Problem:
    near = nearest(row.declared_type, types)
    advice = f'did you mean "{near}"?' if near else f"one of {', '.join(sorted(types))}"
    return Problem(f'"{safe(row.declared_type, 40)}" is not a type of dcgm-exporter', row.type_location, advice)


def _duplicate(row: Row, first: Counter) -> Problem:
    line = first.location.line if first.location else 0
    return Problem(f"{row.name} is declared twice, first in line {line}", row.location, "remove one of the two rows")
