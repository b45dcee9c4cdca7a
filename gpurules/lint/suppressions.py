"""Comments that disable checks: ``# gpurules: disable=ID[,ID] [until=YYYY-MM-DD] reason``.

What a comment covers follows from where it stands: above or inside a rule that rule, above a group or on its first line
that group, above everything else in a document the document. A YAML file that cannot be read, and an internal error,
cannot be disabled.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from gpurules.lint.finding import Finding, Place
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.sources.extent import end_of
from gpurules.lint.sources.model import Document, RuleFile, Workspace
from gpurules.text.nearest import did_you_mean
from gpurules.text.span import SourceText, Span
from gpurules.text.terminal import safe

NEVER = frozenset(("structure/yaml", "lint/suppression", "lint/unused-suppression"))
"""Checks that no comment disables."""

_COMMENT = re.compile(r"#[ \t]*gpurules:[ \t]*(?P<body>[^\r\n]*)")


@dataclass(frozen=True, slots=True, eq=False)
class Suppression:
    """One comment that is right: ``span`` is the comment, ``scope`` the characters of the file that it covers."""

    source: SourceText
    span: Span
    checks: frozenset[str]
    scope: Span

    def covers(self, finding: Finding) -> bool:
        """Whether ``finding`` is disabled by this comment."""
        if finding.check not in self.checks or finding.check in NEVER:
            return False
        return finding.place.source is self.source and self.scope.start <= anchor(finding.place) < self.scope.end


@dataclass(frozen=True, slots=True, eq=False)
class Complaint:
    """A comment that is not understood or has expired."""

    place: Place
    message: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Comments:
    """Every comment of a workspace, and after ``apply`` those that disabled nothing."""

    suppressions: tuple[Suppression, ...]
    complaints: tuple[Complaint, ...]
    unused: tuple[Suppression, ...] = ()


def anchor(place: Place) -> int:
    """Where the scalar or node of a place begins in its file."""
    return place.scalar.start if place.scalar is not None else place.span.start


def apply(
    findings: Iterable[Finding], comments: Comments, ran: Collection[str]
) -> tuple[list[Finding], tuple[Suppression, ...]]:
    """The findings that no comment disables, and the comments that disable nothing of what ``ran``."""
    by_source: dict[SourceText, list[Suppression]] = {}
    for one in comments.suppressions:
        by_source.setdefault(one.source, []).append(one)
    used: set[int] = set()
    kept = []
    for finding in findings:
        hit = [one for one in by_source.get(finding.place.source, ()) if one.covers(finding)] if by_source else []
        used.update(map(id, hit))
        if not hit:
            kept.append(finding)
    unused = (one for one in comments.suppressions if id(one) not in used and one.checks <= frozenset(ran))
    return kept, tuple(unused)


def read_comments(workspace: Workspace, today: date) -> Comments:
    """Every comment of the files of a workspace."""
    suppressions: list[Suppression] = []
    complaints: list[Complaint] = []
    for file in workspace.files:
        if "gpurules:" not in file.source.text:
            continue
        layout = _Layout(file)
        for found in _COMMENT.finditer(file.source.text):
            span = Span(found.start(), found.start() + len(found[0].rstrip()))
            read = _read(found["body"], today)
            place = Place(file.source, span)
            complaints.extend(Complaint(place, message, advice) for message, advice in read.complaints)
            if read.checks:
                suppressions.append(Suppression(file.source, span, read.checks, layout.scope_of(span)))
    return Comments(tuple(suppressions), tuple(complaints))


@dataclass(frozen=True, slots=True)
class _Read:
    checks: frozenset[str]
    complaints: tuple[tuple[str, str], ...]


def _read(body: str, today: date) -> _Read:
    words = body.split()
    if not words or not words[0].startswith("disable="):
        return _Read(frozenset(), (("this comment is not understood", "write disable=CHECK why"),))
    complaints: list[tuple[str, str]] = []
    known = set()
    for name in filter(None, words[0].removeprefix("disable=").split(",")):
        these = {one for one in CHECKS if name in (one, one.partition("/")[0])}
        if not these:
            complaints.append((f'there is no check "{safe(name, 60)}"', did_you_mean(name, CHECKS)))
        known |= these
    rest = words[1:]
    if rest and rest[0].startswith("until="):
        expired = _expired(rest[0], today)
        rest = rest[1:]
        if expired:
            return _Read(frozenset(), (*complaints, expired))
    if not known and not complaints:
        complaints.append(("no check is named", "write disable=CHECK why"))
    if known and not rest:
        complaints.append(("this comment gives no reason", "say why behind the check"))
    return _Read(frozenset(known), tuple(complaints))


def _expired(word: str, today: date) -> tuple[str, str] | None:
    text = word.removeprefix("until=")
    try:
        until = date.fromisoformat(text)
    except ValueError:
        return f'"{safe(text, 40)}" is no date', "write until=YYYY-MM-DD"
    if until < today:
        return f"this comment expired on {until.isoformat()}", "repair the rule, or move the date"
    return None


class _Layout:
    """The lines of a file, and which rule, group or document each belongs to."""

    def __init__(self, file: RuleFile) -> None:
        self.source = file.source
        self.whole = Span(0, len(file.source.text) + 1)
        self.starts: dict[int, Span] = {}
        self.rules: list[tuple[int, int, Span]] = []
        self.expressions: list[tuple[Span, Span]] = []
        for number, document in enumerate(file.documents):
            self._add(document, only=len(file.documents) == 1 and number == 0)
        self.rules.sort()
        self.expressions.sort()

    def _add(self, document: Document, only: bool) -> None:
        scope = self.whole if only else Span(document.node.start, max(document.node.end, document.node.start + 1))
        self.starts.setdefault(self._line(document.node.start), scope)
        for key, _ in (*document.node.entries, *(document.holder.entries if document.holder else ())):
            self.starts.setdefault(self._line(key.start), scope)
        for group in document.groups:
            self.starts[self._line(group.node.start)] = Span(group.node.start, end_of(group.node))
            for rule in group.rules:
                span = Span(rule.node.start, end_of(rule.node))
                first = self._line(rule.node.start)
                self.starts[first] = span
                self.rules.append((first, self._line(max(span.end - 1, span.start)), span))
                if rule.expression is not None:
                    self.expressions.append((Span(rule.expression.start, rule.expression.end), span))

    def scope_of(self, comment: Span) -> Span:
        """What the comment covers."""
        at = bisect_right(self.expressions, (Span(comment.start, self.whole.end), self.whole)) - 1
        if at >= 0 and self.expressions[at][0].start <= comment.start < self.expressions[at][0].end:
            return self.expressions[at][1]
        line = self._line(comment.start)
        if not self._before(comment).strip():
            line = self._next_content(line)
        if line in self.starts:
            return self.starts[line]
        at = bisect_right(self.rules, (line, line, self.whole)) - 1
        if at >= 0 and self.rules[at][0] <= line <= self.rules[at][1]:
            return self.rules[at][2]
        above = [start for start in self.starts if start <= line]
        return self.starts[max(above)] if above else self.whole

    def _line(self, offset: int) -> int:
        return self.source.locate(offset).line

    def _before(self, comment: Span) -> str:
        text = self.source.text
        return text[text.rfind("\n", 0, comment.start) + 1 : comment.start]

    def _next_content(self, line: int) -> int:
        for number, text in enumerate(self.source.text.split("\n")[line:], start=line + 1):
            stripped = text.strip()
            if stripped and not stripped.startswith("#") and stripped != "---":
                return number
        return line
