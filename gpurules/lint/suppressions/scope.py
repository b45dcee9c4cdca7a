"""Where a comment of the YAML belongs: the rule, the group or the file that its line is about.

A comment behind something is about what ends there; one on a line of its own is about what begins on the next line that
says something, or, where none follows, on the last one before it. Words of a rule are about the rule, other words of a
group about the group, the rest about the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from gpurules.lint.sources.model import Group, Rule, RuleFile
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode
from gpurules.text.span import Span

_SAYS_SOMETHING = re.compile(r"^[ \t]*(?!#|---|\.\.\.)[^\s#]", re.MULTILINE)


@dataclass(frozen=True, slots=True, eq=False)
class Owner:
    """A rule, or a group where ``rule`` is None, and the characters from the dash before it to its last word."""

    span: Span
    rule: Rule | None
    group: Group


@dataclass(frozen=True, slots=True, eq=False)
class Owners:
    """The rules and the groups of a file, each in the order of the text; those of one kind do not overlap."""

    rules: tuple[Owner, ...]
    groups: tuple[Owner, ...]

    def at(self, offset: int) -> Owner | None:
        """The rule, else the group, that has the character at ``offset``."""
        return _at(self.rules, offset) or _at(self.groups, offset)


def owners_of(file: RuleFile) -> Owners:
    """Every group and rule of ``file``."""
    rules: list[Owner] = []
    groups: list[Owner] = []
    for document in file.documents:
        for group in document.groups:
            groups.append(Owner(extent(group.node), None, group))
            rules.extend(Owner(extent(rule.node), rule, group) for rule in group.rules)
    return Owners(tuple(sorted(rules, key=_start)), tuple(sorted(groups, key=_start)))


def _start(owner: Owner) -> int:
    return owner.span.start


def _at(owners: tuple[Owner, ...], offset: int) -> Owner | None:
    position = bisect_right(owners, offset, key=_start) - 1
    return owners[position] if position >= 0 and offset < owners[position].span.end else None


def extent(node: MappingNode) -> Span:
    """From the dash before ``node`` to the end of its last word, without the blank lines and comments after it."""
    text = node.source.text
    start = node.start
    before = text.rfind("-", 0, start)
    if before >= 0 and not text[before + 1 : start].strip():
        start = before
    end = last_word(node)
    return Span(start, max(end, start))


def last_word(node: Node) -> int:
    """One past the last character that is not blank; what an alias stands for lies before it and does not count."""
    if isinstance(node, ScalarNode):
        text = node.source.text
        end = node.end
        while end > node.start and text[end - 1] in " \t\r\n":
            end -= 1
        return end
    if isinstance(node, SequenceNode):
        inner = max((last_word(item) for item in node.items), default=node.start)
    else:
        inner = max((max(key.end, last_word(value)) for key, value in node.entries), default=node.start)
    flow = node.source.text[node.start : node.start + 1] in ("[", "{")
    return node.end if flow else inner


class Lines:
    """The lines of a file that say something; remembers what it found, for comments often stand in a row."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._asked = (0, 0)
        self._answer: int | None = None
        self._last: int | None = None

    def owner(self, offset: int, owners: Owners) -> Owner | None:
        """The rule, else the group, that the comment at ``offset`` is about; None where it is about the file."""
        start = self._text.rfind("\n", 0, offset) + 1
        words = self._text[start:offset].rstrip(" \t#")
        if words:
            return owners.at(start + len(words) - 1)
        about = self._following(offset)
        if about is None:
            about = self._last_before(start)
        return owners.at(about) if about is not None else None

    def _following(self, offset: int) -> int | None:
        """The first word of the next line that says something."""
        first, end = self._asked
        if not first <= offset < end:
            found = _SAYS_SOMETHING.search(self._text, _line_end(self._text, offset))
            self._answer = found.end() - 1 if found else None
            self._asked = (offset, len(self._text) if self._answer is None else self._answer)
        return self._answer

    def _last_before(self, start: int) -> int | None:
        """That of the last line of the file that says something; asked for where no other follows."""
        if self._last is None:
            for found in _SAYS_SOMETHING.finditer(self._text, 0, start):
                self._last = found.end() - 1
        return self._last


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def scalar_spans(nodes: tuple[Node, ...]) -> tuple[Span, ...]:
    """The spans of all scalars and keys of a file, in the order of the text."""
    found: set[Span] = set()
    pending: list[Node] = list(nodes)
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, ScalarNode):
            found.add(node.span)
        elif isinstance(node, SequenceNode):
            pending.extend(node.items)
        else:
            for key, value in node.entries:
                found.add(key.span)
                pending.append(value)
    return tuple(sorted(found))


def inside(spans: tuple[Span, ...], offset: int) -> bool:
    """Whether ``offset`` lies in one of the sorted spans, which do not overlap."""
    position = bisect_right(spans, Span(offset, 1 << 62)) - 1
    return position >= 0 and spans[position].start <= offset < spans[position].end
