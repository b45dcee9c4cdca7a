"""For people and editors: one line for each finding, ``file:line:column: severity: what; what to do [check]``."""

from __future__ import annotations

from gpurules.lint.located import Located
from gpurules.lint.reporters.report import Report
from gpurules.text.terminal import safe


def report(what: Report) -> str:
    """One line for each finding."""
    return "".join(f"{_line(finding)}\n" for finding in what.findings)


def _line(finding: Located) -> str:
    start = finding.region.start
    advice = f"; {finding.advice}" if finding.advice else ""
    where = f"{start.file}:{start.line}:{start.column}"
    return safe(f"{where}: {finding.severity.word}: {finding.message}{advice} [{finding.check}]")
