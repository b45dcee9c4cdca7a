"""A comment that keeps findings out of the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gpurules.lint.finding import Place
from gpurules.lint.sources.model import Group, Rule
from gpurules.text.span import Span


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a comment; ``span`` counts characters of the comment's own text."""

    span: Span
    message: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What a comment says, wherever it stands: ``words`` are the checks and groups as written, with their spans.

    ``until``: the last day on which it holds, or None.
    """

    words: tuple[tuple[Span, str], ...] = ()
    reason: str = ""
    until: date | None = None
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Suppression:
    """A comment and what it covers: the rules, else the group, else the whole file it stands in.

    ``checks``: the identifiers it silences. ``comment``: the words from ``#`` to the end of the line.
    """

    comment: Place
    written: Written
    checks: frozenset[str]
    rules: tuple[Rule, ...] = ()
    group: Group | None = None

    @property
    def covers(self) -> str:
        """``rule``, ``group`` or ``file``."""
        return "rule" if self.rules else "group" if self.group is not None else "file"

    @property
    def rule(self) -> Rule | None:
        """The first rule that it covers; None where it covers more than rules."""
        return self.rules[0] if self.rules else None

    def place(self, span: Span) -> Place:
        """The place of some words of the comment."""
        start = self.comment.span.start
        return Place(self.comment.source, Span(start + span.start, start + span.end), self.comment.scalar)

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.written.until is not None and self.written.until < today
