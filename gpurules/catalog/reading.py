"""Counters files of every format, read into one selection."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from gpurules.catalog.exporters import ExporterRelease, accepts, releases
from gpurules.catalog.field import Catalog, Counter, Selection
from gpurules.catalog.load import read_data
from gpurules.catalog.readers import config_map, counters_csv, exporter_yaml, exposition
from gpurules.catalog.row import Row, Rows
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean, nearest
from gpurules.text.read import read_text
from gpurules.text.span import Location, SourceText
from gpurules.text.terminal import safe

LARGEST_FILE = 4 * 1024 * 1024
MOST_PROBLEMS = 50
DEFAULT_SOURCE = "dcgm-exporter's default counters"
_DEFAULT_FILE = "default-counters.csv"
_PLACEHOLDER = "DCGM_FI_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Format:
    """One format: what it is called, whether a text fits it (first line that says something, all), and its reader."""

    name: str
    fits: Callable[[str, str], bool]
    read: Callable[[SourceText], Rows]


FORMATS: tuple[Format, ...] = (
    Format(config_map.FORMAT, config_map.fits, config_map.read),
    Format(exporter_yaml.FORMAT, exporter_yaml.fits, exporter_yaml.read),
    Format(exposition.FORMAT, exposition.fits, exposition.read),
    Format(counters_csv.FORMAT, counters_csv.fits, counters_csv.read),
)
"""Every format, in the order in which they are tried. A new one is a module in ``readers`` and a line here."""


def default_selection(catalog: Catalog) -> Selection:
    """What dcgm-exporter exports where nobody says otherwise: 25 series and one label, under their old names."""
    source = SourceText(_DEFAULT_FILE, read_data(_DEFAULT_FILE))
    counters, problems = _resolved(counters_csv.read(source), catalog, releases())
    if problems:
        raise InputError(problems)
    return Selection(tuple(counters), (DEFAULT_SOURCE,))


def read_counters(paths: Sequence[str], catalog: Catalog, exporters: Sequence[ExporterRelease] = ()) -> Selection:
    """What the files of ``paths`` (``-`` is standard input) export together; the default set where there is none.

    ``exporters`` are the releases in use, every known one where none is given: what any of them accepts is accepted.
    The declared type is kept, but only the catalog says what a field is. Raises InputError with everything that is
    wrong in all files: what is no row, unknown fields and types, names that no release in use knows, and no row at all.
    """
    if not paths:
        return default_selection(catalog)
    counters: dict[str, Counter] = {}
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            rows = read_rows(path)
        except InputError as error:
            problems.extend(error.problems)
            continue
        found, wrong = _resolved(rows, catalog, tuple(exporters) or releases())
        problems.extend(wrong)
        if not found and not wrong:
            problems.append(
                Problem("no counter is declared here", Location(path), "add rows such as those of the default")
            )
        for counter in found:
            counters.setdefault(counter.name, counter)
    if problems:
        raise InputError(_bounded(problems))
    return Selection(tuple(counters.values()), tuple(dict.fromkeys(paths)))


def read_rows(path: str) -> Rows:
    """The rows of one file, whatever its format. Raises InputError where it has none of the known formats."""
    source = read_text(path, LARGEST_FILE)
    found = format_of(source)
    rows = found.read(source)
    if found.read is counters_csv.read and _has_byte_order_mark(path):
        what = "the file begins with a byte order mark, which dcgm-exporter takes for a part of the first name"
        mark = Problem(what, Location(path, 1, 1), "save it without")
        return replace(rows, problems=(mark, *rows.problems))
    return rows


def _has_byte_order_mark(path: str) -> bool:
    """Whether a file begins with the mark that reading it as text drops. Standard input cannot be asked twice."""
    if path == "-":
        return False
    with suppress(OSError), open(path, "rb") as file:
        return stat.S_ISREG(os.fstat(file.fileno()).st_mode) and file.read(3) == codecs.BOM_UTF8
    return False


def format_of(source: SourceText) -> Format:
    """The format of a text, by its content. Raises InputError where none fits."""
    offset, line = _first_line(source.text)
    for candidate in FORMATS:
        if candidate.fits(line, source.text):
            return candidate
    if not line:
        raise InputError(Problem("nothing is declared here", Location(source.file), f"expected {_known_formats()}"))
    raise InputError(
        Problem(
            f'"{safe(line, 40)}" begins none of the known formats',
            source.locate(offset),
            f"expected {_known_formats()}",
        )
    )


def _known_formats() -> str:
    names = [known.name for known in FORMATS]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _first_line(text: str) -> tuple[int, str]:
    """The first line that is neither blank nor a comment, and its offset; an empty line where there is none."""
    offset = 0
    for line in text.splitlines(keepends=True):
        if line.strip() and not line.startswith("#"):
            return offset, line.rstrip("\r\n")
        offset += len(line)
    return 0, ""


def _resolved(
    found: Rows, catalog: Catalog, exporters: Sequence[ExporterRelease]
) -> tuple[list[Counter], list[Problem]]:
    """The counters of rows that mean something, and what is wrong with the others."""
    counters: dict[str, Counter] = {}
    problems = list(found.problems)
    types = {declared for release in exporters for declared in release.types}
    for row in found.rows:
        field = catalog.by_name.get(row.name)
        wrong = [] if field else [_unknown(row, catalog, len(problems))]
        if field and not any(accepts(release, row.name) for release in exporters):
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
    known = [name for name in names if any(accepts(release, name) for release in exporters)]
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


def _bounded(problems: Sequence[Problem]) -> list[Problem]:
    kept = list(problems[:MOST_PROBLEMS])
    if len(problems) > len(kept):
        kept.append(Problem(f"and {len(problems) - len(kept)} more of this kind"))
    return kept
