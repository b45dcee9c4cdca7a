"""For code scanning: SARIF 2.1.0 (OASIS), one run, with the rules that found something.

Columns count UTF-16 code units, as section 3.14.17 of the standard says with ``columnKind``. ``partialFingerprints``
holds ``primaryLocationLineHash``, the one that GitHub compares between runs, and the same under a name of our own.
"""

from __future__ import annotations

import json
import re

from gpurules.lint.finding import Severity
from gpurules.lint.fingerprint import numbered
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.located import Located, Region
from gpurules.lint.registry import load, page, summary
from gpurules.lint.reporters.paths import uri
from gpurules.lint.reporters.report import Report
from gpurules.text.terminal import safe
from gpurules.version import __version__

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT_NAME = "%SRCROOT%"

LEVELS = {Severity.INFO: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}


def report(what: Report) -> str:
    """The document, ended by a line break."""
    found = sorted({finding.check for finding in what.findings}, key=_position)
    numbers = {check: number for number, check in enumerate(found)}
    marks = numbered(what.findings, what.root)
    run = {
        "tool": {
            "driver": {
                "name": "gpurules",
                "semanticVersion": __version__,
                "rules": [_rule(check) for check in found],
            }
        },
        "columnKind": "utf16CodeUnits",
        "results": [
            _result(finding, numbers[finding.check], f"{mark}:{number + 1}", what.root)
            for finding, (mark, number) in zip(what.findings, marks, strict=True)
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


def _position(check: str) -> int:
    return CHECKS.index(check)


def _rule(check: str) -> dict[str, object]:
    documentation = page(check)
    return {
        "id": check,
        "name": re.sub(r"(?:^|[/-])([a-z])", lambda found: found[1].upper(), check),
        "shortDescription": {"text": summary(check)},
        # GitHub takes no rule without it.
        "fullDescription": {"text": " ".join(documentation.partition("\n\nBad:")[0].split())},
        "help": {"text": documentation, "markdown": documentation},
        "defaultConfiguration": {"level": LEVELS[load(check).severity]},
        "properties": {"tags": [check.partition("/")[0]]},
    }


def _result(finding: Located, rule: int, mark: str, root: str) -> dict[str, object]:
    text = f"{finding.message}; {finding.advice}" if finding.advice else finding.message
    result: dict[str, object] = {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": _plain(text)},
        "locations": [{**_physical(finding.region, root), **_logical(finding)}],
        "partialFingerprints": {"primaryLocationLineHash": mark, "gpurules/v1": mark},
    }
    if finding.reasons:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": _plain(reason)}, **_physical(region, root)}
            for number, (region, reason) in enumerate(finding.reasons, 1)
        ]
    return result


def _plain(text: str) -> str:
    """``text`` without what section 3.11.6 of the standard takes for a link, ``[words](target)``."""
    return safe(text).replace("](", "] (")


def _logical(finding: Located) -> dict[str, object]:
    if not finding.rule:
        return {}
    return {"logicalLocations": [{"fullyQualifiedName": safe(finding.rule), "kind": "object"}]}


def _physical(region: Region, root: str) -> dict[str, object]:
    location = uri(region.start.file, root)
    artifact = {"uri": location} if location.startswith("file:") else {"uri": location, "uriBaseId": ROOT_NAME}
    return {
        "physicalLocation": {
            "artifactLocation": artifact,
            "region": {
                "startLine": region.start.line,
                "startColumn": utf16_column(region, region.span.start),
                "endLine": region.end.line,
                "endColumn": utf16_column(region, region.span.end),
            },
        }
    }


def utf16_column(region: Region, offset: int) -> int:
    """The column of a character, from 1, where those beyond U+FFFF count as two."""
    text = region.source.text
    start = text.rfind("\n", 0, offset) + 1
    if text.isascii():
        return offset - start + 1
    return 1 + len(text[start:offset].encode("utf-16-le", "surrogatepass")) // 2
