"""The page that ``gpurules type`` prints: each step with what it changes, then the whole, then what may go wrong."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from gpurules.app.expression_type import FILE, Step, Typed, changed_rows, notes_of, rows_of
from gpurules.promql.types import RangeType, SeriesType
from gpurules.text.span import SourceText, Span
from gpurules.text.terminal import columns_of, safe, table

_MARGIN = "  "
_AGAIN = {"unique by": "or by", "fixed": "and"}


def page(found: Typed, width: int) -> str:
    """The page; no line is wider than ``width`` unless it shows the expression itself."""
    steps = {step.number: step for step in found.steps}
    parts = ["".join(_step(step, steps, found.text, width)) for step in found.steps]
    parts.append("The whole\n" + _rows(rows_of(found.steps[-1].type), width))
    notes = list(notes_of(found.inference))
    parts += ["".join(_note(found.text, note, width)) for note in notes]
    if found.inference.safe:
        parts.append("Safe: on data that respects the declared keys Prometheus never refuses this.\n")
    return "\n".join(parts)


def _step(step: Step, steps: dict[int, Step], text: str, width: int) -> Iterable[str]:
    words = " ".join(text[step.span.start : step.span.end].split())
    room = max(20, width - 6)
    yield f"{step.number}. {safe(words if len(words) <= room else words[: room - 3] + '...')}\n"
    if step.undeclared:
        yield _rows([("unknown", f"nothing is declared of {', '.join(step.undeclared)}")], width)
    vectors = [number for number in step.operands if isinstance(steps[number].type, SeriesType | RangeType)]
    if len(step.operands) > 1:
        yield _MARGIN * 2 + "of " + " and ".join(str(number) for number in step.operands) + "\n"
    rows = changed_rows(steps[vectors[0]].type, step.type) if vectors else rows_of(step.type)
    if rows:
        yield _rows(rows, width)
    else:
        yield f"{_MARGIN * 2}as in {vectors[0]}\n" if vectors else ""


def _rows(rows: list[tuple[str, str]], width: int) -> str:
    shown: list[tuple[str, str, str]] = []
    for name, value in rows:
        repeated = any(row[1] == name for row in shown)
        shown.append(("", _AGAIN.get(name, "") if repeated else name, value))
    return table(shown, width=width)


def _note(text: str, note: tuple[str, str, Span, str, Span], width: int) -> Iterable[str]:
    mark, message, span, reason, reason_span = note
    place = f"{SourceText(FILE, text).locate(span.start)}: " if span.start >= 0 else ""
    yield textwrap.fill(f"{place}{mark}: {safe(message)}", width, subsequent_indent=_MARGIN, break_long_words=False)
    yield "\n"
    yield from _underlined(text, span, "", width)
    if reason:
        yield from _underlined(text, reason_span, reason, width)


def _underlined(text: str, span: Span, words: str, width: int) -> Iterable[str]:
    """The line with the span, cut to ``width``, and carets under it."""
    if span.start < 0:
        return
    source = SourceText(FILE, text)
    place = source.locate(span.start)
    line = text.splitlines()[place.line - 1] if text.splitlines() else ""
    start = place.column - 1
    end = min(len(line), start + span.end - span.start)
    room = max(30, width - 8)
    first = max(0, min(start - room // 3, len(line) - room))
    shown = safe(line[first : first + room])
    before = ("..." if first else "") + safe(line[first:start])
    yield f"{_MARGIN}| {'...' if first else ''}{shown}\n"
    carets = "^" * max(1, columns_of(safe(line[start : min(end, first + room)])))
    yield f"{_MARGIN}| {' ' * columns_of(before)}{carets}\n"
    if words:
        yield textwrap.fill(safe(words), width, initial_indent=_MARGIN + "= ", subsequent_indent=_MARGIN * 2) + "\n"
