"""For Jenkins and others: JUnit XML. Each finding is a failed test case; a file without findings is one that passed."""

from __future__ import annotations

from collections.abc import Sequence

from gpurules.lint.located import Located
from gpurules.lint.reporters.paths import relative
from gpurules.lint.reporters.report import Report
from gpurules.lint.reporters.text import report as text_report
from gpurules.text.xml import attribute, content


def report(what: Report) -> str:
    """One test suite for each file; one without findings has a test case that passed."""
    by_file: dict[str, list[Located]] = {relative(name, what.root): [] for name in what.names}
    for finding in what.findings:
        by_file.setdefault(relative(finding.region.start.file, what.root), []).append(finding)
    failures = len(what.findings)
    total = sum(len(findings) or 1 for findings in by_file.values())
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="gpurules lint" tests="{total}" failures="{failures}" errors="0">')
    for file, findings in by_file.items():
        lines.extend(_suite(file, findings))
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def _suite(file: str, findings: Sequence[Located]) -> list[str]:
    name = attribute(file)
    lines = [f'  <testsuite name={name} tests="{len(findings) or 1}" failures="{len(findings)}" errors="0">']
    if not findings:
        lines.append(f'    <testcase classname={name} file={name} name="gpurules lint"/>')
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
