"""For Jenkins and others: JUnit XML. Each finding is a failed test case; a run without findings is one that passed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from gpurules.lint.located import Located
from gpurules.lint.reporters.paths import relative
from gpurules.lint.reporters.report import Report
from gpurules.lint.reporters.text import report as text_report
from gpurules.lint.reporters.xml import attribute, content


def report(what: Report) -> str:
    """One test suite for each file."""
    total = len(what.findings)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="gpurules lint" tests="{total or 1}" failures="{total}" errors="0">')
    for file, findings in groupby(what.findings, key=lambda finding: relative(finding.region.start.file, what.root)):
        lines.extend(_suite(file, list(findings)))
    if not total:
        lines.append('  <testsuite name="gpurules lint" tests="1" failures="0" errors="0">')
        lines.append(f'    <testcase classname="gpurules lint" name="{what.rules} rules in {what.files} files"/>')
        lines.append("  </testsuite>")
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def _suite(file: str, findings: Sequence[Located]) -> list[str]:
    name = attribute(file)
    lines = [f'  <testsuite name={name} tests="{len(findings)}" failures="{len(findings)}" errors="0">']
    for finding in findings:
        start = finding.region.start
        rule = f", {finding.rule}" if finding.rule else ""
        case = attribute(f"{finding.check} at {start.line}:{start.column}{rule}")
        excerpt = text_report(Report([finding])).rpartition("\n\n")[0]
        lines.append(f'    <testcase classname={name} file={name} line="{start.line}" name={case}>')
        lines.append(
            f'      <failure type="{finding.severity.word}" message={attribute(finding.message)}>'
            f"{content(excerpt)}</failure>"
        )
        lines.append("    </testcase>")
    lines.append("  </testsuite>")
    return lines
