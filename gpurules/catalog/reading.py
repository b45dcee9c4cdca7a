"""Counters files of every format, read into one selection."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from gpurules.catalog.exporters import ExporterRelease, releases
from gpurules.catalog.field import Catalog, Counter, Selection
from gpurules.catalog.readers import config_map, counters_csv, exporter_yaml, exposition
from gpurules.catalog.resolve import MOST_PROBLEMS, default_selection, resolved
from gpurules.catalog.row import Rows
from gpurules.text.errors import InputError, Problem
from gpurules.text.read import read_text
from gpurules.text.span import Location, SourceText
from gpurules.text.terminal import safe

LARGEST_FILE = 4 * 1024 * 1024


class Format(NamedTuple):
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
        found, wrong = resolved(rows, catalog, tuple(exporters) or releases())
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
        return rows._replace(problems=(mark, *rows.problems))
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


def _bounded(problems: Sequence[Problem]) -> list[Problem]:
    kept = list(problems[:MOST_PROBLEMS])
    if len(problems) > len(kept):
        kept.append(Problem(f"and {len(problems) - len(kept)} more of this kind"))
    return kept
