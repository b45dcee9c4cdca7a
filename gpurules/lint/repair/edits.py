"""Puts the repairs that findings bring into the text of a file; what is not under a repair keeps every character.

A repair inside a YAML scalar is written in the way of that scalar, read back, and kept only where the value is what it
was to be and nothing else in the file changed. The edits of one finding are made together or not at all, and none that
overlap those of another.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gpurules.lint.finding import Edit, Finding
from gpurules.lint.sources.positions import file_span
from gpurules.text.errors import InputError
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode, key_text
from gpurules.text.span import SourceText, Span
from gpurules.text.yaml import compose_documents

_MOST_TRIES = 200
"""Where not all repairs hold together they are tried one after the other, so many at most."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """The new text of a file, and the findings whose edits it has."""

    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    span: Span
    text: str


def repaired(source: SourceText, findings: Sequence[Finding]) -> Repaired:
    """``source`` with the edits of ``findings``, as many as hold together."""
    chosen = _not_overlapping(source, [finding for finding in findings if finding.edits])
    text = _attempt(source, chosen)
    if text is not None:
        return Repaired(text, tuple(chosen))
    kept: list[Finding] = []
    for finding in chosen[:_MOST_TRIES]:
        if _attempt(source, [*kept, finding]) is not None:
            kept.append(finding)
    return Repaired(_attempt(source, kept) or source.text, tuple(kept))


def _not_overlapping(source: SourceText, findings: Sequence[Finding]) -> list[Finding]:
    """The findings in their order, without those that edit what an earlier one edits, or another file."""
    taken: list[Span] = []
    chosen = []
    for finding in findings:
        if any(edit.place.source is not source for edit in finding.edits):
            continue
        spans = sorted(file_span(edit.place) for edit in finding.edits)
        if _overlap_within(spans) or any(_meets(taken, span) for span in spans):
            continue
        for span in spans:
            insort(taken, span)
        chosen.append(finding)
    return chosen


def _meets(taken: Sequence[Span], span: Span) -> bool:
    """Whether ``span`` overlaps one of ``taken``, which are sorted and do not overlap."""
    position = bisect_left(taken, span)
    return any(_overlap(span, other) for other in taken[max(0, position - 1) : position + 1])


def _overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a character, or touch where one of them is empty."""
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def _overlap_within(spans: Sequence[Span]) -> bool:
    return any(_overlap(one, other) for one, other in pairwise(spans))


def _attempt(source: SourceText, findings: Sequence[Finding]) -> str | None:
    """The text with all edits; None where it does not read back as it should."""
    changes = [_change(edit) for finding in findings for edit in finding.edits]
    text = source.text
    for change in sorted((change for change in changes if change), key=lambda change: change.span, reverse=True):
        text = text[: change.span.start] + change.text + text[change.span.end :]
    if any(change is None for change in changes):
        return None
    try:
        before, after = compose_documents(source), compose_documents(SourceText(source.file, text))
    except InputError:
        return None
    edits = [edit for finding in findings for edit in finding.edits]
    values = _new_values(edits)
    raw = sorted(edit.place.span for edit in edits if edit.place.scalar is None)
    if _same(before, after, values, raw):
        return text
    return None


def _change(edit: Edit) -> _Change | None:
    """The edit in characters of the file; None where the scalar cannot hold the text."""
    span = file_span(edit.place)
    node = edit.place.scalar
    if node is None:
        return _Change(span, edit.text)
    if "\n" in edit.text:
        return None
    if node.style == "'":
        return _Change(span, edit.text.replace("'", "''"))
    if node.style == '"':
        return _Change(span, edit.text.replace("\\", "\\\\").replace('"', '\\"'))
    return _Change(span, edit.text)


def _new_values(edits: Sequence[Edit]) -> dict[int, str]:
    """The value that each edited scalar must have, by where it begins in the old text."""
    by_node: dict[int, list[Edit]] = {}
    nodes: dict[int, ScalarNode] = {}
    for edit in edits:
        if edit.place.scalar is not None:
            nodes[edit.place.scalar.start] = edit.place.scalar
            by_node.setdefault(edit.place.scalar.start, []).append(edit)
    values = {}
    for start, same in by_node.items():
        value = nodes[start].text
        for edit in sorted(same, key=lambda one: one.place.span, reverse=True):
            value = value[: edit.place.span.start] + edit.text + value[edit.place.span.end :]
        values[start] = value
    return values


def _same(before: Sequence[Node], after: Sequence[Node], values: dict[int, str], raw: Sequence[Span]) -> bool:
    """Whether the new documents are the old ones with ``values``; a scalar under an edit of the text itself, ``raw``,
    may have become another value."""
    return len(before) == len(after) and all(
        _same_node(one, other, values, raw) for one, other in zip(before, after, strict=True)
    )


def _same_node(one: Node, other: Node, values: dict[int, str], raw: Sequence[Span]) -> bool:
    if isinstance(one, ScalarNode):
        if _edited(one, raw):
            return True
        wanted = values.get(one.start, one.text)
        return isinstance(other, ScalarNode) and other.text == wanted and other.tag == one.tag
    if isinstance(one, SequenceNode):
        if not isinstance(other, SequenceNode) or len(one.items) != len(other.items):
            return False
        return all(_same_node(old, new, values, raw) for old, new in zip(one.items, other.items, strict=True))
    if not isinstance(other, MappingNode) or len(one.entries) != len(other.entries):
        return False
    return all(
        (_same_node(key, new_key, values, raw) or key_text(key) == key_text(new_key))
        and _same_node(value, new, values, raw)
        for (key, value), (new_key, new) in zip(one.entries, other.entries, strict=True)
    )


def _edited(node: ScalarNode, raw: Sequence[Span]) -> bool:
    position = bisect_left(raw, Span(node.end, node.end))
    return position > 0 and raw[position - 1].end > node.start
