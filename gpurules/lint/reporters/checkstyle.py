"""For tools that read Checkstyle's XML."""

from __future__ import annotations

from gpurules.lint.located import Located
from gpurules.lint.paths import relative
from gpurules.lint.reporters.report import Report
from gpurules.lint.reporters.xml import DECLARATION, attributes


def report(what: Report) -> str:
    """The document."""
    by_file: dict[str, list[Located]] = {}
    for finding in what.findings:
        by_file.setdefault(finding.region.start.file, []).append(finding)
    files = "".join(
        f"  <file{attributes(name=relative(name, what.root))}>\n{''.join(map(_error, found))}  </file>\n"
        for name, found in by_file.items()
    )
    return f'{DECLARATION}<checkstyle version="8.0">\n{files}</checkstyle>\n'


def _error(finding: Located) -> str:
    message = f"{finding.message}; {finding.advice}" if finding.advice else finding.message
    start = finding.region.start
    values = attributes(
        line=start.line,
        column=start.column,
        severity=finding.severity.word,
        message=message,
        source=f"gpurules.{finding.check}",
    )
    return f"    <error{values}/>\n"
