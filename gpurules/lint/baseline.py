"""A file of findings that were there before: an old repository adopts lint without repairing everything first.

A finding is known by its fingerprint, so that neither lines that move nor another message bring it back. Of several
equal ones as many are known as the file counts; one more is new. Paths are seen from the folder of the baseline file,
so that it does not matter where lint is run.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gpurules.lint.finding import Finding
from gpurules.lint.fingerprint import fingerprint
from gpurules.lint.located import Located, locate
from gpurules.lint.reporters.paths import seen_from
from gpurules.lint.suppressions.limits import can_be_silenced
from gpurules.text.declare import described
from gpurules.text.decode import decode
from gpurules.text.read import read_text
from gpurules.text.terminal import safe
from gpurules.text.yaml import compose_document

VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known under one fingerprint; ``check``, ``file`` and ``rule`` are for people."""

    fingerprint: str = field(metadata=described("what identifies it", pattern="[0-9a-f]{32}", kind="a fingerprint"))
    check: str = field(default="", metadata=described("the check"))
    file: str = field(default="", metadata=described("the file"))
    rule: str = field(default="", metadata=described("the rule"))
    count: int = field(default=1, metadata=described("how many", minimum=1))


@dataclass(frozen=True, slots=True)
class Baseline:
    """The content of a baseline file."""

    version: int = field(metadata=described("the version of this form", choices=(VERSION,)))
    findings: tuple[Entry, ...] = field(default=(), metadata=described("what was found before", required=True))


def read_baseline(path: str) -> Baseline:
    """The file at ``path``. InputError with the place where it is no baseline."""
    return decode(compose_document(read_text(path)), Baseline)


def baseline_text(findings: Iterable[Finding], root: str = ".") -> str:
    """A baseline file in which all of ``findings`` are known: JSON, one finding a line."""
    by_mark: dict[str, list[Located]] = {}
    for finding in findings:
        located = locate(finding)
        by_mark.setdefault(_mark(located, root), []).append(located)
    entries = sorted((_entry(mark, same, root) for mark, same in by_mark.items()), key=_order)
    lines = ",\n".join(f"    {json.dumps(entry, ensure_ascii=False)}" for entry in entries)
    body = f"\n{lines}\n  " if entries else ""
    return f'{{\n  "version": {VERSION},\n  "findings": [{body}]\n}}\n'


def _mark(finding: Located, root: str) -> str:
    return fingerprint(finding, seen_from(finding.region.start.file, root))


def _entry(mark: str, same: Sequence[Located], root: str) -> dict[str, str | int]:
    first = same[0]
    return {
        "file": safe(seen_from(first.region.start.file, root)),
        "check": first.check,
        "rule": safe(first.rule),
        "count": len(same),
        "fingerprint": mark,
    }


def _order(entry: Mapping[str, str | int]) -> tuple[str, ...]:
    return tuple(str(entry[key]) for key in ("file", "check", "rule", "fingerprint"))


def new_findings(findings: Iterable[Finding], known: Baseline, root: str = ".") -> tuple[list[Finding], list[Entry]]:
    """The findings that are not known, and the entries of which less is found than they count."""
    left: Counter[str] = Counter()
    for entry in known.findings:
        left[entry.fingerprint] += entry.count
    new = []
    for finding in findings:
        mark = _mark(locate(finding), root) if can_be_silenced(finding.check) else ""
        if mark and left[mark] > 0:
            left[mark] -= 1
        else:
            new.append(finding)
    return new, [entry for entry in known.findings if left[entry.fingerprint] > 0]
