"""Text that others wrote, made harmless for a terminal, and plain columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def safe(text: str, limit: int = 0) -> str:
    """``text`` on one line, with everything that a terminal could obey made visible as an escape.

    That is whatever Unicode calls not printable: control characters and escape sequences, line breaks, marks that
    change the direction of writing, invisible format characters, lone surrogates. At most ``limit`` characters of
    ``text`` are shown where it is positive, followed by ``...``.
    """
    if 0 < limit < len(text):
        text = text[:limit] + "..."
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def _escaped(character: str) -> str:
    named = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(character)
    if named:
        return named
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def wants_colour(choice: str, variables: Mapping[str, str], is_terminal: bool) -> bool:
    """Whether to colour: ``choice`` is ``always``, ``never`` or ``auto``.

    ``auto``: for a terminal that is not ``dumb``. ``NO_COLOR`` (any text) says no, else ``FORCE_COLOR`` (any text but
    ``0``) says yes: no-color.org and force-color.org.
    """
    if choice != "auto":
        return choice == "always"
    if variables.get("NO_COLOR"):
        return False
    if variables.get("FORCE_COLOR", "") not in ("", "0"):
        return True
    return is_terminal and variables.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sees what is written to ``stream``; not where it is closed."""
    return stream is not None and not stream.closed and stream.isatty()


def columns_of(text: str) -> int:
    """How many columns of a terminal ``text`` occupies: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def table(rows: Iterable[Sequence[str]], headers: Sequence[str] = (), width: int = 0) -> str:
    """Left-aligned columns with two spaces between them, one line for each row, each line ended by ``\\n``.

    Every cell is made ``safe``. Where ``width`` is positive the last column is broken between words so that no line is
    longer, unless what stands before it leaves less than 20 columns. Rows may be shorter than the header.
    """
    cells = [[safe(cell) for cell in row] for row in rows]
    if headers:
        cells.insert(0, [safe(header) for header in headers])
    count = max((len(row) for row in cells), default=0)
    if not count:
        return ""
    cells = [row + [""] * (count - len(row)) for row in cells]
    widths = [max(columns_of(row[index]) for row in cells) for index in range(count)]
    indent = sum(widths[:-1]) + 2 * (count - 1)
    room = width - indent if width - indent >= 20 else 0
    lines = []
    for row in cells:
        before = ""
        for cell, wanted in zip(row[:-1], widths, strict=False):
            before += cell + " " * (wanted - columns_of(cell) + 2)
        for part in _broken(row[-1], room):
            lines.append((before + part).rstrip())
            before = " " * indent
    return "".join(f"{line}\n" for line in lines)


def _broken(text: str, room: int) -> list[str]:
    """``text`` in lines of at most ``room`` columns (a longer word stands alone); one line where ``room`` is 0."""
    if not room or columns_of(text) <= room:
        return [text]
    lines: list[str] = []
    for word in text.split(" "):
        if lines and columns_of(lines[-1]) + 1 + columns_of(word) <= room:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
