"""A saved /metrics page of dcgm-exporter (the text format of Prometheus): its series, and rows of type ``label``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from gpurules.catalog.row import UNDECLARED, Row, Rows
from gpurules.text.errors import Problem
from gpurules.text.span import SourceText
from gpurules.text.terminal import safe

FORMAT = "a saved /metrics page"

MOST_PROBLEMS = 20
_OURS = re.compile(r"DCGM_[A-Za-z0-9_]+\Z|dcgm_[a-z0-9_]+\Z")
_SELF = re.compile(r"dcgm_exporter_")
_LABEL_ROW = re.compile(r"DCGM_FI_[A-Za-z0-9_]+\Z")
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r'[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(,|(?=\}))')
_VALUE = re.compile(r"[ \t]*[-+0-9a-zA-Z._]+([ \t]+-?[0-9.]+)?([ \t]+#.*)?[ \t]*\Z")
_SAMPLE = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(\{|[ \t]+[-+0-9NI.])")
_META = re.compile(r"# (TYPE|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]+(.*))?\Z")
_ANY_META = re.compile(r"^# (TYPE|HELP) [a-zA-Z_:]", re.MULTILINE)


def fits(first_line: str, text: str) -> bool:
    """Whether the first line that is no comment is a sample, or there is none but ``# TYPE`` and ``# HELP``."""
    if first_line:
        return _SAMPLE.match(first_line) is not None
    return _ANY_META.search(text) is not None


@dataclass(slots=True)
class _Page:
    """What was seen so far: names with the offset of their first sample, and what the comments say of them."""

    series: dict[str, int] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    helps: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(source: SourceText) -> Rows:
    """A row for each DCGM series and each label that is named like a field; everything else on the page is passed over.

    The declared type is that of ``# TYPE``, ``untyped`` where there is none. Reading stops after 20 malformed lines.
    """
    page = _Page()
    offset = 0
    for line in source.text.split("\n"):
        _read_line(line.removesuffix("\r"), offset, page, source)
        if len(page.problems) >= MOST_PROBLEMS:
            break
        offset += len(line) + 1
    rows = [
        Row(name, page.types.get(name, UNDECLARED), page.helps.get(name, ""), source.locate(at), source.locate(at))
        for name, at in page.series.items()
    ]
    rows += [Row(name, "label", "", source.locate(at), source.locate(at)) for name, at in page.labels.items()]
    return Rows(tuple(rows), tuple(page.problems), checks_types=False)


def _read_line(line: str, offset: int, page: _Page, source: SourceText) -> None:
    if line.startswith("#"):
        meta = _META.match(line)
        if meta:
            (page.types if meta[1] == "TYPE" else page.helps).setdefault(meta[2], meta[3] or "")
        return
    if not line.strip():
        return
    indent = len(line) - len(line.lstrip(" \t"))
    name = _NAME.match(line, indent)
    end = _sample_end(line, name.end(), offset, page) if name else None
    if not name or end is None or not _VALUE.match(line, end):
        page.problems.append(Problem(f'"{safe(line, 40)}" is no line of a /metrics page', source.locate(offset)))
    elif _OURS.match(name[0]) and not _SELF.match(name[0]):
        page.series.setdefault(name[0], offset + indent)


def _sample_end(line: str, start: int, offset: int, page: _Page) -> int | None:
    """Where the labels of a sample end; None where they do not."""
    if not line.startswith("{", start):
        return start
    position = start + 1
    while not line.startswith("}", position):
        label = _LABEL.match(line, position)
        if not label:
            return None
        if _LABEL_ROW.match(label[1]):
            page.labels.setdefault(label[1], offset + label.start(1))
        position = label.end()
    return position + 1
