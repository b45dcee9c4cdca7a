"""What identifies a finding from one run to the next, wherever its lines have moved to.

The check, the file, the rule's kind and name, and the words that it points at; neither lines nor the message, which may
name lines or numbers that change.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from gpurules.lint.located import Located
from gpurules.lint.reporters.paths import relative

DIGITS = 32


def fingerprint(finding: Located, path: str) -> str:
    """The first 128 bits of a SHA-256, in hexadecimal; equal for two findings of one check on the same words.

    ``path``: the name of the file that is the same in every run.
    """
    region = finding.region
    words = " ".join(region.source.text[region.span.start : region.span.end].split())
    parts = (finding.check, path, finding.rule, words)
    content = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def numbered(findings: Iterable[Located], root: str = ".") -> list[tuple[str, int]]:
    """For each finding its fingerprint and how many of the same stand before it: together they are unique."""
    seen: Counter[str] = Counter()
    result = []
    for finding in findings:
        mark = fingerprint(finding, relative(finding.region.start.file, root))
        result.append((mark, seen[mark]))
        seen[mark] += 1
    return result
