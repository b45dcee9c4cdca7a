"""For code-scanning services: SARIF 2.1.0 (OASIS standard), with relative paths and fingerprints that survive edits."""

from __future__ import annotations

import json

from gpurules.lint.finding import Severity
from gpurules.lint.fingerprint import fingerprints
from gpurules.lint.located import Located, Region
from gpurules.lint.paths import uri
from gpurules.lint.registry import checks, page, summary
from gpurules.lint.reporters.report import Report
from gpurules.version import __version__

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "gpurules/v1"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def report(what: Report) -> str:
    """The document, ended by a line break; its rules are those that found something."""
    found = list(dict.fromkeys(finding.check for finding in what.findings))
    keys = fingerprints(what.findings, what.root)
    run = {
        "tool": {
            "driver": {"name": "gpurules", "version": __version__, "rules": [_rule(identifier) for identifier in found]}
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, found.index(finding.check), key, what.root)
            for finding, key in zip(what.findings, keys, strict=True)
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


def _rule(identifier: str) -> dict[str, object]:
    return {
        "id": identifier,
        "shortDescription": {"text": summary(identifier)},
        "help": {"text": page(identifier), "markdown": page(identifier)},
        "defaultConfiguration": {"level": _LEVELS[checks()[identifier].severity]},
    }


def _result(finding: Located, index: int, key: str, root: str) -> dict[str, object]:
    message = f"{finding.message}. {finding.advice}" if finding.advice else finding.message
    result: dict[str, object] = {
        "ruleId": finding.check,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [{"physicalLocation": _place(finding.region, root)}],
        "partialFingerprints": {FINGERPRINT: key},
    }
    if finding.reasons:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": text}, "physicalLocation": _place(region, root)}
            for number, (region, text) in enumerate(finding.reasons, start=1)
        ]
    return result


def _place(region: Region, root: str) -> dict[str, object]:
    return {
        "artifactLocation": {"uri": uri(region.start.file, root)},
        "region": {
            "startLine": region.start.line,
            "startColumn": region.start.column,
            "endLine": region.end.line,
            "endColumn": region.end.column,
        },
    }
