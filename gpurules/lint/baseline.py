"""A baseline: findings of an old repository that are known and not reported, until they are repaired."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from gpurules.lint.fingerprint import fingerprints
from gpurules.lint.located import Located
from gpurules.lint.paths import relative
from gpurules.text.errors import InputError, Problem
from gpurules.text.read import read_text
from gpurules.text.span import Location

VERSION = 1
_MAKE = "write it with --update-baseline"


def read_baseline(path: str) -> frozenset[str]:
    """The fingerprints in the file at ``path``. Raises InputError where it is no baseline."""
    text = read_text(path).text
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(Problem("this is no baseline: it is not JSON", Location(path), _MAKE)) from None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise InputError(Problem(f"this is no baseline of version {VERSION}", Location(path), _MAKE))
    entries = content.get("findings")
    if not isinstance(entries, list):
        raise InputError(Problem("this baseline has no list of findings", Location(path), _MAKE))
    return frozenset(str(entry.get("fingerprint")) for entry in entries if isinstance(entry, dict))


def write_baseline(findings: Sequence[Located], root: str = ".") -> str:
    """The text of a baseline of ``findings``."""
    entries = [
        {
            "fingerprint": key,
            "check": finding.check,
            "file": relative(finding.region.start.file, root),
            "rule": finding.rule,
        }
        for finding, key in zip(findings, fingerprints(findings, root), strict=True)
    ]
    entries.sort(key=lambda entry: (entry["file"], entry["check"], entry["rule"], entry["fingerprint"]))
    return json.dumps({"version": VERSION, "findings": entries}, indent=2, ensure_ascii=True) + "\n"


def unknown_to(known: Collection[str], findings: Sequence[Located], root: str = ".") -> list[bool]:
    """For each finding whether the baseline does not know it."""
    return [key not in known for key in fingerprints(findings, root)]
