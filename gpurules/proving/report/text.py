"""For people: a table of scenarios by groups of records, what failed, what was not tested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpurules.proving.case import Failure
from gpurules.proving.report.report import Report, Row, count, shortened
from gpurules.text.duration import format_duration
from gpurules.text.terminal import safe, table

MOST_FAILURES = 5
"""Of a variant that are shown."""
MOST_FAILURES_IN_ALL = 20
MOST_NAMES = 5
RED, GREEN, BOLD, PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"


def report(what: Report) -> str:
    """The report, ended by a line break."""
    return "\n\n".join([_table(what), *_failures(what), _end(what)]) + "\n"


def _table(what: Report) -> str:
    headers = ("scenario", "told", *what.groups, "time")
    rows = [(row.scenario, str(len(row.told)), *_cells(row, what.groups), f"{row.seconds:.1f} s") for row in what.rows]
    heading, *lines = table(rows, headers).splitlines()
    if what.colour:
        heading = f"{BOLD}{heading}{PLAIN}"
        lines = [_painted(line, row.failed) for line, row in zip(lines, what.rows, strict=True)]
    return "\n".join((heading, *lines))


def _cells(row: Row, groups: Iterable[str]) -> Iterator[str]:
    for group in groups:
        held, every = row.checks.get(group, (0, 0))
        if not every:
            yield "-"
        else:
            yield f"ok {held}" if held == every else f"FAIL {every - held} of {every}"


def _painted(line: str, failed: bool) -> str:
    return line.replace("FAIL", f"{RED}FAIL{PLAIN}") if failed else line.replace("ok ", f"{GREEN}ok{PLAIN} ")


def _failures(what: Report) -> Iterator[str]:
    """What failed in the first variant of each scenario that fails; the others mostly repeat it."""
    room = MOST_FAILURES_IN_ALL
    for row in what.rows:
        wrong = [told for told in row.told if told.failures]
        if not wrong:
            continue
        first = wrong[0]
        name = f"{row.scenario}, {first.variant}" if first.variant else row.scenario
        shown = first.failures[: min(MOST_FAILURES, room)]
        room -= len(shown)
        yield from (failure_text(name, failure) for failure in shown)
        rest = []
        if len(first.failures) > len(shown):
            rest.append(count(len(first.failures) - len(shown), "more failure"))
        if len(wrong) > 1:
            rest.append(f"also in {shortened((told.variant for told in wrong[1:]), MOST_NAMES)}")
        if rest:
            yield f"{name}: {'; '.join(rest)}"


def failure_text(name: str, failure: Failure) -> str:
    """Where it was, what was expected and what came."""
    where = [name]
    if failure.record:
        where.append(failure.record)
    if failure.moment >= 0:
        where.append(f"at {format_duration(failure.moment * 1000)}")
    lines = [safe(": ".join((", ".join(where), "failed")))]
    for word, said in (("expected", failure.expected), ("got", failure.got)):
        lines.extend(f"  {word if not number else '':<9} {safe(line)}" for number, line in enumerate(said))
    return "\n".join(lines)


def _end(what: Report) -> str:
    checks = sum(every for row in what.rows for _, every in row.checks.values())
    told = sum(len(row.told) for row in what.rows)
    failed = sum(row.failed for row in what.rows)
    result = f"{failed} of {count(len(what.rows), 'scenario')} failed" if failed else "all passed"
    version = f" {what.version}" if what.version else ""
    told_in = f"{count(len(what.rows), 'scenario')} told in {count(told, 'test')}"
    of = f"{count(what.records, 'record')}, {count(checks, 'check')}"
    lines = [f"{result}: {told_in}, {of}; {what.judge}{version}, seed {what.seed}"]
    lines.extend(
        f"not tested: {count(len(gap.records), 'record')}: {gap.reason} ({shortened(gap.records, MOST_NAMES)})"
        for gap in what.gaps
    )
    return safe_lines(lines)


def safe_lines(lines: Iterable[str]) -> str:
    """Lines without anything that a terminal could obey."""
    return "\n".join(map(safe, lines))
