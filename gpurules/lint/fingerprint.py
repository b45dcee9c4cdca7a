"""What stays the same of a finding when lines move: baselines and code-scanning services know findings by it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from gpurules.lint.located import Located
from gpurules.lint.paths import relative


def fingerprints(findings: Iterable[Located], root: str = ".") -> list[str]:
    """One for each finding: of its check, file, rule and the words it points at, and which of several equal ones."""
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        region = finding.region
        words = " ".join(region.source.text[region.span.start : region.span.end].split())
        parts = (finding.check, relative(region.start.file, root), finding.rule, words)
        text = "\0".join(parts)
        seen[text] += 1
        found.append(hashlib.sha256(f"{text}\0{seen[text]}".encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return found
