"""For Jenkins and others: JUnit XML. A suite is a scenario, a test case one variant and group of records."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.proving.report.report import Report, Row, Told
from gpurules.proving.report.text import MOST_FAILURES, failure_text
from gpurules.text.xml import attribute, content


def report(what: Report) -> str:
    """The document, ended by a line break."""
    suites = [line for row in what.rows for line in _suite(row)]
    tests = sum(len(told.checks) for row in what.rows for told in row.told)
    failures = sum(_failed(told) for row in what.rows for told in row.told)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="gpurules test" tests="{tests}" failures="{failures}" errors="0">',
        *suites,
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _failed(told: Told) -> int:
    return sum(held < every for held, every in told.checks.values())


def _suite(row: Row) -> Iterator[str]:
    tests = sum(len(told.checks) for told in row.told)
    failures = sum(map(_failed, row.told))
    yield (
        f'  <testsuite name={attribute(row.scenario)} tests="{tests}" failures="{failures}" errors="0" '
        f'time="{row.seconds:.3f}">'
    )
    for told in row.told:
        name = f"{row.scenario}.{told.variant}" if told.variant else row.scenario
        for group, (held, every) in told.checks.items():
            time = told.seconds * every / sum(of for _, of in told.checks.values())
            case = f'    <testcase classname={attribute(name)} name={attribute(group)} time="{time:.3f}"'
            if held == every:
                yield f"{case}/>"
                continue
            text = "\n".join(failure_text(name, failure) for failure in told.failures[:MOST_FAILURES])
            yield f"{case}>"
            yield f'      <failure message="{every - held} of {every} checks failed">{content(text)}</failure>'
            yield "    </testcase>"
    yield "  </testsuite>"
