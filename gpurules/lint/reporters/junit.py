"""For CI servers that show test results: JUnit's XML, a test case for each finding, and one for each clean file."""

from __future__ import annotations

from gpurules.lint.located import Located
from gpurules.lint.paths import relative
from gpurules.lint.reporters.report import Report
from gpurules.lint.reporters.xml import DECLARATION, attributes, escaped


def report(what: Report) -> str:
    """The document."""
    by_file: dict[str, list[Located]] = {name: [] for name in what.names}
    for finding in what.findings:
        by_file.setdefault(finding.region.start.file, []).append(finding)
    suites = "".join(_suite(relative(name, what.root), found) for name, found in by_file.items())
    tests = sum(max(len(found), 1) for found in by_file.values())
    counts = attributes(name="gpurules", tests=tests, failures=len(what.findings), errors=0)
    return f"{DECLARATION}<testsuites{counts}>\n{suites}</testsuites>\n"


def _suite(name: str, found: list[Located]) -> str:
    counts = attributes(name=name, tests=max(len(found), 1), failures=len(found), errors=0)
    cases = "".join(_case(name, finding) for finding in found)
    clean = f"    <testcase{attributes(classname=name, name='no findings')}/>\n"
    return f"  <testsuite{counts}>\n{cases or clean}  </testsuite>\n"


def _case(name: str, finding: Located) -> str:
    start = finding.region.start
    where = f"{name}:{start.line}:{start.column}"
    case = attributes(classname=name, name=f"{finding.check} {finding.rule}".strip(), file=name, line=start.line)
    failure = attributes(type=finding.severity.word, message=finding.message)
    text = escaped(f"{where}: {finding.message}; {finding.advice}" if finding.advice else f"{where}: {finding.message}")
    return f"    <testcase{case}>\n      <failure{failure}>{text}</failure>\n    </testcase>\n"
