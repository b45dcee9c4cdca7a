"""For programs: one JSON document. A new version number means that it changed."""

from __future__ import annotations

import json

from gpurules.proving.case import Failure
from gpurules.proving.report.report import Report, Row

VERSION = 1


def report(what: Report) -> str:
    """The document, ended by a line break."""
    content = {
        "version": VERSION,
        "passed": not what.failed,
        "judge": {"name": what.judge, "version": what.version},
        "seed": what.seed,
        "records": what.records,
        "scenarios": [_scenario(row) for row in what.rows],
        "gaps": [{"reason": gap.reason, "records": list(gap.records)} for gap in what.gaps],
    }
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"


def _scenario(row: Row) -> dict[str, object]:
    return {
        "name": row.scenario,
        "summary": row.summary,
        "passed": not row.failed,
        "tests": [
            {
                "variant": told.variant,
                "passed": not told.failures,
                "seconds": round(told.seconds, 3),
                "checks": {group: {"passed": held, "all": every} for group, (held, every) in told.checks.items()},
                "failures": [_failure(failure) for failure in told.failures],
            }
            for told in row.told
        ],
    }


def _failure(failure: Failure) -> dict[str, object]:
    return {
        "record": failure.record,
        "moment": failure.moment if failure.moment >= 0 else None,
        "expected": list(failure.expected),
        "got": list(failure.got),
    }
