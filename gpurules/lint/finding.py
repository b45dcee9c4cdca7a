"""What a check finds, as data; reporters give it a form, and places become lines and columns only there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from gpurules.text.node import Node, ScalarNode
from gpurules.text.span import SourceText, Span

if TYPE_CHECKING:
    from gpurules.lint.sources.model import Rule


class Severity(IntEnum):
    """How much a finding weighs.

    ``INFO``: not proved; the finding names what it assumes. ``WARNING``: it works, and does not do what it seems to.
    ``ERROR``: it is refused, or stops at run time, or can never yield anything.
    """

    INFO = 0
    WARNING = 1
    ERROR = 2

    @property
    def word(self) -> str:
        """``info``, ``warning`` or ``error``."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A range of characters of a file.

    Without ``scalar`` the span counts characters of ``source.text``; with it, characters of the value of that YAML
    scalar, which stand elsewhere in the file (see ``gpurules.lint.sources.positions``).
    """

    source: SourceText
    span: Span
    scalar: ScalarNode | None = None


def place_of(node: Node) -> Place:
    """The place of a whole node. A list or mapping is shown by its first line."""
    if isinstance(node, ScalarNode):
        if not node.style and node.end > node.start:
            return Place(node.source, node.span)
        return Place(node.source, Span(0, len(node.text)), node) if node.text else Place(node.source, node.span)
    first_line = node.source.text.find("\n", node.start)
    end = node.end if first_line < 0 else min(node.end, first_line)
    return Place(node.source, Span(node.start, max(end, node.start)))


def words_of(node: ScalarNode, span: Span) -> Place:
    """The place of some words of a scalar's value."""
    return Place(node.source, span, node)


@dataclass(frozen=True, slots=True, eq=False)
class Reason:
    """A second place that explains a finding, and what happened there."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """Text that takes the place of other text."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """What a check of files, documents or rules finds.

    ``message``: what is wrong, in one line. ``advice``: what to do, may be empty. ``edits``: the repair, only where it
    is certain. ``rule``: the rule it is about, if it is about one. ``severity`` None: that of the check.
    """

    message: str
    place: Place
    advice: str = ""
    reasons: tuple[Reason, ...] = ()
    edits: tuple[Edit, ...] = ()
    rule: Rule | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Because:
    """A second span of an expression and what happened there."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a check of one expression finds: as ``Draft``, with places that are spans of the expression.

    ``field``: where ``span`` counts characters: ``expr``, or ``name`` for the name of the record or alert. ``edits``:
    spans of the expression and the text that takes their place.
    """

    message: str
    span: Span
    advice: str = ""
    because: tuple[Because, ...] = ()
    edits: tuple[tuple[Span, str], ...] = ()
    field: str = "expr"
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What a check found, ready to be reported: ``check`` is its identifier, ``group/name``; the rest as ``Draft``."""

    check: str
    severity: Severity
    message: str
    place: Place
    advice: str = ""
    reasons: tuple[Reason, ...] = ()
    edits: tuple[Edit, ...] = ()
    rule: Rule | None = None
