"""For GitHub Actions: workflow commands that mark the lines of a pull request."""

from __future__ import annotations

from gpurules.lint.finding import Severity
from gpurules.lint.located import Located
from gpurules.lint.paths import relative
from gpurules.lint.reporters.report import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def report(what: Report) -> str:
    """One command for each finding."""
    return "".join(f"{_command(finding, what.root)}\n" for finding in what.findings)


def _command(finding: Located, root: str) -> str:
    start, end = finding.region.start, finding.region.end
    properties = {
        "file": relative(start.file, root),
        "line": str(start.line),
        "endLine": str(end.line),
        "title": finding.check,
    }
    if start.line == end.line:
        properties["col"], properties["endColumn"] = str(start.column), str(max(end.column - 1, start.column))
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = f"{finding.message}; {finding.advice}" if finding.advice else finding.message
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
