"""What promtool and vmalert-tool say of a test, as failures that a person can read.

Source of the form: Prometheus' ``cmd/promtool/unittest.go`` and VictoriaMetrics' ``app/vmalert-tool/unittest``: a line
for the expression and its moment, one for what was expected and one for what came; or the error of a rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gpurules.proving.case import Failure
from gpurules.scenario.model import Labels
from gpurules.scenario.promtool import Check, RuleTest, number, selector
from gpurules.text.terminal import safe

SHOWN = 5
"""Lines of a failure, and failures of a case that a report shows."""
LONGEST_LINE = 400

_QUESTION = r'^ *expr: (?P<expr>".*"), time: (?P<time>[0-9.a-z]+),'
_ASKED = re.compile(_QUESTION + r"\n *exp: ?(?P<exp>.*)\n *got: ?(?P<got>.*)$", re.MULTILINE)
_UNEVALUATED = re.compile(_QUESTION + " err: (?P<error>.*)$", re.MULTILINE)
_BROKEN = re.compile(
    r"""^\ *rule:\ (?P<rule>.*?),\ time:\ (?P<time>[0-9.a-z]+),\ err:\ (?P<error>.*)$
    | failed\ to\ exec\ group:\ .*?\ rule\ "(?P<quoted>[^"\n]+)":\ (?P<late>.*)$""",
    re.MULTILINE | re.VERBOSE,
)
_LABELS = r'(?P<labels>(?:[^"}]|"(?:[^"\\]|\\.)*")*)'
_SERIES = re.compile(r"(?P<name>[a-zA-Z_:][\w:]*)?\{" + _LABELS + r"\} (?P<value>[^\s,\]]+)")
_LABEL = re.compile(r'(?P<name>\w+)="(?P<value>(?:[^"\\]|\\.)*)"')
_TIME = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:([0-9.]+)s)?")


def failures(said: str, test: RuleTest) -> tuple[Failure, ...]:
    """The failures that ``said`` tells; one with its first lines where it cannot be read."""
    broken = tuple(_broken(said))
    if broken:
        # Nothing is recorded from there on: what else fails says no more.
        return broken
    found = (*_unevaluated(said), *_unequal(said, test))
    if found:
        return found
    lines = [safe(line.strip(), LONGEST_LINE) for line in said.splitlines() if line.strip()]
    return (Failure("", -1, ("the test passes",), tuple(lines[:SHOWN])),)


def _broken(said: str) -> Iterator[Failure]:
    for line in _BROKEN.finditer(said):
        moment = seconds(line["time"]) if line["time"] else -1
        error = safe((line["error"] or line["late"]).strip(), LONGEST_LINE)
        yield Failure(line["rule"] or line["quoted"], moment, ("the rule is evaluated",), (error,))


def _unevaluated(said: str) -> Iterator[Failure]:
    for line in _UNEVALUATED.finditer(said):
        error = safe(line["error"], LONGEST_LINE)
        yield Failure("", seconds(line["time"]), (safe(_unquoted(line["expr"]), LONGEST_LINE),), (error,))


def _unequal(said: str, test: RuleTest) -> Iterator[Failure]:
    by_question: Mapping[tuple[str, int], Check] = {(check.expression, check.moment): check for check in test.checks}
    for found in _ASKED.finditer(said):
        expression, moment = _unquoted(found["expr"]), seconds(found["time"])
        check = by_question.get((expression, moment), Check(moment, expression, ()))
        got = dict(_series(found["got"]))
        yield _difference(check, got)


def _difference(check: Check, got: Mapping[Labels, str]) -> Failure:
    """What is missing or wrong beside what there should be, series by series."""
    wanted = {one.labels: number(one.value) for one in check.samples}
    missing = [labels for labels in wanted if labels not in got]
    surplus = [labels for labels in got if labels not in wanted]
    other = [labels for labels in wanted if labels in got and not _equal(wanted[labels], got[labels])]
    expected = [f"{selector(labels)} {wanted[labels]}" for labels in (*missing, *other)]
    came = [f"{selector(labels)} {got[labels]}" for labels in (*surplus, *other)]
    if check.meaning and not surplus:
        expected = [check.meaning]
    elif check.meaning:
        expected.insert(0, check.meaning)
    return Failure(check.record, check.moment, _cut(expected), _cut(came))


def _equal(wanted: str, got: str) -> bool:
    try:
        return float(wanted) == float(got)
    except ValueError:
        return wanted == got


def _cut(lines: Sequence[str]) -> tuple[str, ...]:
    """Some lines, and how many more there are; a word where there are none."""
    shown = [safe(line, LONGEST_LINE) for line in lines[:SHOWN]]
    if len(lines) > SHOWN:
        shown.append(f"and {len(lines) - SHOWN} more")
    return tuple(shown) or ("nothing",)


def _series(text: str) -> Iterator[tuple[Labels, str]]:
    for found in _SERIES.finditer(text):
        pairs = {label["name"]: _unquoted(f'"{label["value"]}"') for label in _LABEL.finditer(found["labels"])}
        if found["name"]:
            pairs["__name__"] = found["name"]
        yield tuple(sorted(pairs.items())), found["value"]


def _unquoted(text: str) -> str:
    """A string of Go's, which JSON reads but for rare escapes."""
    try:
        return str(json.loads(text))
    except ValueError:
        return text[1:-1]


def seconds(text: str) -> int:
    """A moment as Go prints it, such as ``6m30s``; -1 where it is none."""
    found = _TIME.fullmatch(text)
    if not found or not text:
        return -1
    hours, minutes, rest = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(float(rest or 0))


def passed(test: RuleTest, found: Iterable[Failure]) -> Iterator[tuple[Check, bool]]:
    """Each check, and whether it held; none did where a rule fails."""
    failed = {(failure.record, failure.moment) for failure in found}
    everything = not failed <= {(check.record, check.moment) for check in test.checks}
    for check in test.checks:
        yield check, not everything and (check.record, check.moment) not in failed
