"""For reviewdog, Jenkins and others: Checkstyle XML, version 4.3."""

from __future__ import annotations

from itertools import groupby

from gpurules.lint.located import Located
from gpurules.lint.reporters.paths import relative
from gpurules.lint.reporters.report import Report
from gpurules.text.xml import attribute


def report(what: Report) -> str:
    """One element for each file that has findings."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="4.3">']
    for file, findings in groupby(what.findings, key=lambda finding: relative(finding.region.start.file, what.root)):
        lines.append(f"  <file name={attribute(file)}>")
        lines.extend(_error(finding) for finding in findings)
        lines.append("  </file>")
    lines.append("</checkstyle>")
    return "\n".join(lines) + "\n"


def _error(finding: Located) -> str:
    start = finding.region.start
    advice = f"; {finding.advice}" if finding.advice else ""
    return (
        f'    <error line="{start.line}" column="{start.column}" severity="{finding.severity.word}"'
        f" message={attribute(finding.message + advice)} source={attribute(f'gpurules.{finding.check}')}/>"
    )
