"""Repairs: text is replaced at its place in the file, so that comments and layout stay.

A repaired file is read again: it must hold the old values but for those that were to change, else it is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gpurules.lint.finding import Edit, Finding
from gpurules.lint.sources.extent import scalars_of
from gpurules.lint.sources.positions import file_span
from gpurules.text.errors import InputError
from gpurules.text.span import SourceText, Span
from gpurules.text.yaml import compose_documents


@dataclass(frozen=True, slots=True)
class Repaired:
    """The new text of a file, and how many findings were repaired in it."""

    text: str
    count: int


def repaired(source: SourceText, findings: Iterable[Finding]) -> Repaired:
    """``source`` with the edits of all ``findings`` in it, as many as can be made without one touching another."""
    text, count = source.text, 0
    taken: list[Span] = []
    plan: list[tuple[Span, str, Edit]] = []
    for finding in findings:
        edits = [(file_span(edit.place), _written(edit), edit) for edit in finding.edits]
        spans = [span for span, _, _ in edits]
        if not edits or any(_touch(span, other) for span in spans for other in taken):
            continue
        if _holds(source, [*plan, *edits]):
            plan.extend(edits)
            taken.extend(spans)
            count += 1
    return Repaired(_apply(text, plan), count)


def _touch(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _apply(text: str, plan: Iterable[tuple[Span, str, Edit]]) -> str:
    for span, new, _ in sorted(plan, key=lambda step: step[0].start, reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text


def _written(edit: Edit) -> str:
    """The new text as the style of the scalar writes it."""
    style = edit.place.scalar.style if edit.place.scalar is not None else ""
    if style == '"':
        return edit.text.replace("\\", "\\\\").replace('"', '\\"')
    return edit.text.replace("'", "''") if style == "'" else edit.text


def _holds(source: SourceText, plan: list[tuple[Span, str, Edit]]) -> bool:
    """Whether the repaired text reads as it should: the edited values changed as planned, all others not at all."""
    try:
        before = list(scalars_of(compose_documents(source)))
        after = list(scalars_of(compose_documents(SourceText(source.file, _apply(source.text, plan)))))
    except InputError:
        return False
    if len(before) != len(after):
        return False
    wanted: dict[int, str] = {}
    steps = sorted(plan, key=lambda step: step[2].place.span.start, reverse=True)
    for _, _, edit in steps:
        node, span = edit.place.scalar, edit.place.span
        if node is None:
            node = next((one for one in before if one.start <= span.start and span.end <= one.end), None)
            if node is None or node.style:
                return False
            span = Span(span.start - node.start, span.end - node.start)
        text = wanted.get(node.start, node.text)
        wanted[node.start] = text[: span.start] + edit.text + text[span.end :]
    return all(new.text == wanted.get(old.start, old.text) for old, new in zip(before, after, strict=True))
