"""Where something stands in a text."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of characters, ``start`` to ``end``, counted from 0 in one text."""

    start: int
    end: int

    def cover(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(-1, -1)
"""The span of what was built by code and stands in no text."""


class Location(NamedTuple):
    """A place a person can open: file (or ``<stdin>``, ``--option``), line and column, both from 1; 0 where unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """``file:line:column``, without the parts that are unknown."""
        parts = [self.file, *(str(part) for part in (self.line, self.column) if part)]
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text and the file it came from; turns offsets into locations."""

    file: str
    text: str
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        object.__setattr__(self, "_starts", tuple(starts))

    def locate(self, offset: int) -> Location:
        """The location of the character at ``offset``."""
        line = bisect_right(self._starts, offset)
        return Location(self.file, line, offset - self._starts[line - 1] + 1)
