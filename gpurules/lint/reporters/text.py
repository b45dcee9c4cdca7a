"""For people: the line of the file, marks under the words, the reason with its own line, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.finding import Severity
from gpurules.lint.located import Located, Region
from gpurules.lint.reporters.report import Report
from gpurules.text.terminal import columns_of, safe

WIDTH = 140
"""Columns of a line that are shown where there is no terminal; of a longer one those around the marks."""
NARROWEST = 20
_BEFORE = 50
_CUT = "..."

_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}
_REASON = "1;34"


def report(what: Report) -> str:
    """Every finding, then one line that counts them; nothing where there is none."""
    if not what.findings:
        return ""
    blocks = ["".join(f"{line}\n" for line in _lines(finding, what.colour, what.width)) for finding in what.findings]
    return "\n".join([*blocks, f"{_counts(what)}\n"])


def _counts(what: Report) -> str:
    parts = []
    for severity in sorted(Severity, reverse=True):
        count = what.count(severity)
        if count:
            word = severity.word if severity is Severity.INFO or count == 1 else f"{severity.word}s"
            parts.append(f"{count} {word}")
    rules = f"{what.rules} rule{'' if what.rules == 1 else 's'}"
    files = f"{what.files} file{'' if what.files == 1 else 's'}"
    return f"{', '.join(parts)} in {rules} of {files}"


def _lines(finding: Located, colour: bool, columns: int) -> Iterator[str]:
    paint = _COLOURS[finding.severity]
    yield f"{_painted(finding.severity.word, paint, colour)}: {safe(finding.message)} [{finding.check}]"
    where = f", {safe(finding.rule, 120)}" if finding.rule else ""
    yield f"  --> {_at(finding.region)}{where}"
    width = max(len(str(region.start.line)) for region in (finding.region, *(one for one, _ in finding.reasons)))
    # Two blanks, the number of the line, a bar between blanks.
    room = max(columns - width - 5, NARROWEST) if columns else 0
    yield from _excerpt(finding.region, "^", "", paint, width, colour, room)
    for region, text in finding.reasons:
        if region.source is not finding.region.source:
            yield f"  ::: {_at(region)}"
        yield from _excerpt(region, "-", text, _REASON, width, colour, room)
    if finding.advice:
        yield f"  help: {safe(finding.advice)}"


def _at(region: Region) -> str:
    return f"{safe(region.start.file)}:{region.start.line}:{region.start.column}"


def _excerpt(region: Region, mark: str, text: str, paint: str, width: int, colour: bool, room: int) -> Iterator[str]:
    """The line, the marks and the text beside them; below them where that leaves the terminal. ``room``: the columns of
    the terminal for the line, 0 where there is none."""
    line = _line_at(region)
    if not line:
        return
    first = region.start.column - 1
    last = region.end.column - 1 if region.end.line == region.start.line else len(line.rstrip())
    last = min(max(last, first + 1), max(len(line), first + 1))
    shown, first, last = _window(line, first, last, room)
    shown = shown.replace("\t", " ")
    indent = columns_of(safe(shown[:first]))
    marks = mark * max(1, columns_of(safe(shown[first:last])))
    yield f"  {region.start.line:>{width}} | {safe(shown)}".rstrip()
    text = safe(text)
    if room and text and indent + len(marks) + 1 + columns_of(text) > room:
        yield f"  {'':>{width}} | {' ' * indent}{_painted(marks, paint, colour)}"
        yield f"  {'':>{width}} = {_painted(text, paint, colour)}"
    else:
        yield f"  {'':>{width}} | {' ' * indent}{_painted(f'{marks} {text}'.rstrip(), paint, colour)}"


def _line_at(region: Region) -> str:
    text = region.source.text
    start = text.rfind("\n", 0, region.span.start) + 1
    end = text.find("\n", region.span.start)
    return text[start : end if end >= 0 else len(text)].rstrip("\r")


def _window(line: str, first: int, last: int, room: int) -> tuple[str, int, int]:
    """The part of a long line around its marks."""
    if len(line) <= (room or WIDTH):
        return line, first, last
    width = room - 2 * len(_CUT) if room else WIDTH
    start = max(0, min(first - min(_BEFORE, width // 2), len(line) - width))
    end = min(len(line), start + width)
    before, after = (_CUT if start else ""), (_CUT if end < len(line) else "")
    shown = before + line[start:end] + after
    return shown, first - start + len(before), min(last, end) - start + len(before)


def _painted(text: str, paint: str, colour: bool) -> str:
    return f"\x1b[{paint}m{text}\x1b[0m" if colour and text else text
