"""CSV as Go's encoding/csv reads it, with the place of every cell.

dcgm-exporter reads its counters with that package, ``#`` for comments and everything else at its default: no lazy
quotes, no trimming, the same number of cells in every record. This reader goes on after an error, where Go stops.
"""

from __future__ import annotations

from typing import NamedTuple

_BARE_QUOTE = 'a quote stands inside a cell that does not begin with one (bare " in non-quoted field)'
_OPEN_QUOTE = "a quoted cell is not closed"
_AFTER_QUOTE = 'a quoted cell is followed by something else than a comma (extraneous or missing " in quoted-field)'


class Cell(NamedTuple):
    """One cell: its text without the quotes, and the offset of its first character, quote included."""

    text: str
    offset: int


class Record(NamedTuple):
    """One record: its number as dcgm-exporter counts, from 0 and without comments, and its cells."""

    number: int
    cells: tuple[Cell, ...]


class Malformed(NamedTuple):
    """What is wrong with a record, and the offset of the character that shows it."""

    message: str
    offset: int


def read_records(text: str) -> tuple[list[Record], list[Malformed]]:
    """All records that can be read, and what is wrong with the others. Time is linear in the length of ``text``."""
    records: list[Record] = []
    malformed: list[Malformed] = []
    position = 0
    while position < len(text):
        end = _line_end(text, position)
        if text[position] == "#" or _content_end(text, position, end) == position:
            position = end
            continue
        cells, error, position = _read_record(text, position)
        if error:
            malformed.append(error)
        else:
            records.append(Record(len(records) + len(malformed), tuple(cells)))
    return records, malformed


def _read_record(text: str, start: int) -> tuple[list[Cell], Malformed | None, int]:
    """The cells of the record at ``start``, or what is wrong with it, and where the next line begins."""
    cells: list[Cell] = []
    end = _line_end(text, start)
    position = start
    while True:
        if text.startswith('"', position, end):
            cell, error, position, end = _quoted_cell(text, position, end)
            if error or cell is None:
                return cells, error, end
            cells.append(cell)
            if position < 0:
                return cells, None, end
            continue
        last = _content_end(text, position, end)
        comma = text.find(",", position, last)
        stop = comma if comma >= 0 else last
        quote = text.find('"', position, stop)
        if quote >= 0:
            return cells, Malformed(_BARE_QUOTE, quote), end
        cells.append(Cell(text[position:stop], position))
        if comma < 0:
            return cells, None, end
        position = comma + 1


def _quoted_cell(text: str, start: int, end: int) -> tuple[Cell | None, Malformed | None, int, int]:
    """The cell that begins with the quote at ``start``.

    With it: where the next cell begins, -1 after the last one, and where the line ends that the cell ended in.
    """
    parts: list[str] = []
    position = start + 1
    while True:
        quote = text.find('"', position, end)
        if quote < 0:
            if end >= len(text):
                return None, Malformed(_OPEN_QUOTE, start), end, end
            parts.append(text[position : _content_end(text, position, end)] + "\n")
            position, end = end, _line_end(text, end)
            continue
        parts.append(text[position:quote])
        after = quote + 1
        if text.startswith('"', after, end):
            parts.append('"')
            position = after + 1
            continue
        cell = Cell("".join(parts), start)
        if text.startswith(",", after, end):
            return cell, None, after + 1, end
        if _content_end(text, after, end) == after:
            return cell, None, -1, end
        return None, Malformed(_AFTER_QUOTE, quote), after, end


def _line_end(text: str, start: int) -> int:
    """Where the line after the one at ``start`` begins, or the end of the text."""
    found = text.find("\n", start)
    return len(text) if found < 0 else found + 1


def _content_end(text: str, start: int, end: int) -> int:
    """Where a line ends without its ending: ``\\n``, ``\\r\\n``, or a lone ``\\r`` at the end of the text."""
    if text.endswith("\n", start, end):
        end -= 1
        return end - text.endswith("\r", start, end)
    return end - (end == len(text) and text.endswith("\r", start, end))
