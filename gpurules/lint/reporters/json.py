"""For programs: one JSON document, described by docs/lint.schema.json. A new version number means that it changed."""

from __future__ import annotations

import json

from gpurules.lint.finding import Severity
from gpurules.lint.located import Located, Region
from gpurules.lint.reporters.report import Report

VERSION = 1


def report(what: Report) -> str:
    """The document, ended by a line break."""
    content = {
        "version": VERSION,
        "findings": [_finding(finding) for finding in what.findings],
        "summary": {
            **{severity.word: what.count(severity) for severity in sorted(Severity, reverse=True)},
            "files": what.files,
            "rules": what.rules,
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"


def _finding(finding: Located) -> dict[str, object]:
    return {
        "check": finding.check,
        "severity": finding.severity.word,
        "message": finding.message,
        "advice": finding.advice,
        "rule": finding.rule,
        **_region(finding.region),
        "reasons": [{"message": text, **_region(region)} for region, text in finding.reasons],
        "fixable": finding.fixable,
    }


def _region(region: Region) -> dict[str, object]:
    return {
        "file": region.start.file,
        "start": {"line": region.start.line, "column": region.start.column},
        "end": {"line": region.end.line, "column": region.end.column},
    }
