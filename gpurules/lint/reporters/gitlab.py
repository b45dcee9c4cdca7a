"""For GitLab: a Code Quality report."""

from __future__ import annotations

import json

from gpurules.lint.finding import Severity
from gpurules.lint.fingerprint import fingerprints
from gpurules.lint.paths import relative
from gpurules.lint.reporters.report import Report

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def report(what: Report) -> str:
    """The document, ended by a line break."""
    entries = [
        {
            "description": f"{finding.message}; {finding.advice}" if finding.advice else finding.message,
            "check_name": finding.check,
            "fingerprint": key,
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": relative(finding.region.start.file, what.root),
                "positions": {
                    "begin": {"line": finding.region.start.line, "column": finding.region.start.column},
                    "end": {"line": finding.region.end.line, "column": finding.region.end.column},
                },
            },
        }
        for finding, key in zip(what.findings, fingerprints(what.findings, what.root), strict=True)
    ]
    return json.dumps(entries, indent=2, ensure_ascii=True) + "\n"
