"""For GitHub Actions: workflow commands, which become annotations of the changed files.

A command is one line, ``::LEVEL PROPERTIES::MESSAGE``. In the message ``%``, CR and LF are encoded, in a property ``:``
and ``,`` as well, so that no name in a rule file can write a command of its own.
"""

from __future__ import annotations

from gpurules.lint.finding import Severity
from gpurules.lint.located import Located
from gpurules.lint.reporters.paths import relative
from gpurules.lint.reporters.report import Report
from gpurules.text.terminal import safe

LEVELS = {Severity.INFO: "notice", Severity.WARNING: "warning", Severity.ERROR: "error"}


def report(what: Report) -> str:
    """One command for each finding."""
    return "".join(f"{_command(finding, what.root)}\n" for finding in what.findings)


def _command(finding: Located, root: str) -> str:
    start, end = finding.region.start, finding.region.end
    properties = {
        "file": relative(start.file, root),
        "line": str(start.line),
        "endLine": str(end.line),
        "col": str(start.column),
        "endColumn": str(end.column),
        "title": finding.check,
    }
    if start.line != end.line:
        # GitHub takes columns only where both are in one line.
        del properties["col"], properties["endColumn"]
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    rule = f"{finding.rule}: " if finding.rule else ""
    advice = f"; {finding.advice}" if finding.advice else ""
    return f"::{LEVELS[finding.severity]} {written}::{_message(f'{rule}{finding.message}{advice}')}"


def _message(text: str) -> str:
    return safe(text).replace("%", "%25")


def _property(text: str) -> str:
    return safe(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
