"""Where a comment of the YAML belongs: the rule, the group or the file that its line is about.

A comment behind something is about that; one on a line of its own is about the next line that says something, or, where
none follows, the last one before it. A line of a rule is about the rule, any other line of a group about the group, the
rest about the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from gpurules.lint.sources.model import Group, Rule, RuleFile
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode
from gpurules.text.span import SourceText, Span

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

    def at(self, span: Span) -> Owner | None:
        """The rule, else the group, that shares characters with ``span``."""
        return _at(self.rules, span) or _at(self.groups, span)


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


def _at(owners: tuple[Owner, ...], span: Span) -> Owner | None:
    position = bisect_left(owners, max(span.end, span.start + 1), key=_start) - 1
    return owners[position] if position >= 0 and span.start < owners[position].span.end else None


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


def owner_at(source: SourceText, offset: int, owners: Owners) -> Owner | None:
    """The rule, else the group, that the comment at ``offset`` is about; None where it is about the file."""
    line = _line_about(source, offset)
    return None if line is None else owners.at(line)


def _line_about(source: SourceText, offset: int) -> Span | None:
    """The words of the line that a comment is about."""
    text = source.text
    start = text.rfind("\n", 0, offset) + 1
    if text[start:offset].strip():
        return Span(start + len(text[start:offset]) - len(text[start:offset].lstrip()), offset)
    following = _SAYS_SOMETHING.search(text, _line_end(text, offset))
    if following is not None:
        return Span(following.end() - 1, _line_end(text, following.end()))
    before = list(_SAYS_SOMETHING.finditer(text, 0, start))
    return Span(before[-1].end() - 1, _line_end(text, before[-1].end())) if before else None


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
