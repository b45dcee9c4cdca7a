"""dcgm-exporter's counters CSV: field, type, help (facts: its internal/pkg/counters/counter_config.go)."""

from __future__ import annotations

import re

from gpurules.catalog.csv_records import Cell, Record, read_records
from gpurules.catalog.row import Place, Row, Rows
from gpurules.text.errors import Problem
from gpurules.text.span import SourceText

FORMAT = "a counters CSV"

LONGEST_CELL = 64 * 1024
MOST_RECORDS = 10_000
CELLS = 3

_FIRST_ROW = re.compile(r'"?[^\s,:{"]*"? *,|"')


def fits(first_line: str, _text: str) -> bool:
    """Whether the first line that is no comment looks like a row: a name, then a comma."""
    return _FIRST_ROW.match(first_line.lstrip()) is not None


def read(source: SourceText) -> Rows:
    """The rows of a counters file."""
    return read_rows(source.text, source.locate)


def read_rows(text: str, place: Place) -> Rows:
    """The rows of a counters file that stands somewhere in another text; ``place`` turns offsets into locations."""
    records, malformed = read_records(text)
    problems = [Problem(f"not a row: {error.message}", place(error.offset)) for error in malformed]
    if len(records) > MOST_RECORDS:
        where = place(records[MOST_RECORDS].cells[0].offset)
        return Rows((), (Problem(f"there are more than {MOST_RECORDS:,} rows", where),))
    rows: list[Row] = []
    for record in records:
        problem = _problem(record, place)
        if problem:
            problems.append(problem)
        else:
            rows.append(_row(record, place))
    return Rows(tuple(rows), tuple(problems))


def _row(record: Record, place: Place) -> Row:
    name, declared, help_text = record.cells
    return Row(_trimmed(name), _trimmed(declared), _trimmed(help_text), place(_first(name)), place(_first(declared)))


def _trimmed(cell: Cell) -> str:
    """The exporter trims blanks, and only blanks."""
    return cell.text.strip(" ")


def _first(cell: Cell) -> int:
    """The offset of the first character that is no blank."""
    blanks = len(cell.text) - len(cell.text.lstrip(" "))
    return cell.offset + (blanks if blanks < len(cell.text) else 0)


def _problem(record: Record, place: Place) -> Problem | None:
    cells = record.cells
    long = next((cell for cell in cells if len(cell.text) > LONGEST_CELL), None)
    if long:
        return Problem(f"a cell is longer than {LONGEST_CELL:,} characters", place(long.offset))
    if len(cells) == CELLS:
        return None
    counted = f"{len(cells)} cell{'' if len(cells) == 1 else 's'} instead of {CELLS}"
    told = f"the row has {counted} (dcgm-exporter calls it line {record.number})"
    if len(cells) > CELLS:
        return Problem(
            told, place(_first(cells[CELLS])), "put a help text with a comma in quotes, no blank before them"
        )
    return Problem(told, place(cells[0].offset), "a row is: field, type, help")
