"""For GitLab: a Code Quality report, which merge requests show. Its fingerprints are unique, as GitLab asks."""

from __future__ import annotations

import json

from gpurules.lint.finding import Severity
from gpurules.lint.fingerprint import numbered
from gpurules.lint.located import Located
from gpurules.lint.reporters.paths import relative
from gpurules.lint.reporters.report import Report
from gpurules.text.terminal import safe

SEVERITIES = {Severity.INFO: "info", Severity.WARNING: "minor", Severity.ERROR: "major"}


def report(what: Report) -> str:
    """A JSON list with one entry for each finding, ended by a line break."""
    marks = numbered(what.findings, what.root)
    entries = [
        _entry(finding, f"{mark}-{number}" if number else mark, what.root)
        for finding, (mark, number) in zip(what.findings, marks, strict=True)
    ]
    return json.dumps(entries, indent=2, ensure_ascii=True) + "\n"


def _entry(finding: Located, mark: str, root: str) -> dict[str, object]:
    start, end = finding.region.start, finding.region.end
    rule = f"{finding.rule}: " if finding.rule else ""
    advice = f"; {finding.advice}" if finding.advice else ""
    return {
        "description": safe(f"{rule}{finding.message}{advice}"),
        "check_name": finding.check,
        "fingerprint": mark,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": safe(relative(start.file, root)),
            "lines": {"begin": start.line, "end": end.line},
        },
    }
