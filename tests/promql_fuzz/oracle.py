"""promtool as the oracle: what Prometheus makes of many expressions over many data sets, each minute."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from promql_fuzz.worlds import MINUTES, Data, input_series
from promql_model import Labels

NOTHING_LIKE_IT = [{"labels": "expected_by_nobody", "value": 1}]
AT_ONCE = 60
"""Test files for one run of promtool."""

_EXPRESSION = re.compile(r'    expr: "(?:[^"\\]|\\.)*", time: \S+?,(?: err: (.*))?$')
_RULE = re.compile(r"    rule: \S+, time: \S+, err: (.*)$")
_SAMPLE = re.compile(r'\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\} [^,\s]+')
_LABEL = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True)
class Question:
    """Expressions over data sets. With ``labels`` each expression is first recorded under that name."""

    expressions: tuple[str, ...]
    data: tuple[Data, ...]
    labels: Mapping[str, str] | None = None


Outcome = str | list[Labels]
"""The error that Prometheus reports, or the label sets of the result."""
Answer = list[list[list[Outcome]]]
"""For each expression, for each data set, for each minute."""


def ask(promtool: Path, questions: Sequence[Question]) -> list[Answer]:
    """What promtool says. Where a rule fails, the outcome is one error, at minute 0."""
    chunks = [questions[start : start + AT_ONCE] for start in range(0, len(questions), AT_ONCE)]
    with ThreadPoolExecutor(2) as pool:
        return [answer for answers in pool.map(lambda chunk: _ask(promtool, chunk), chunks) for answer in answers]


def _ask(promtool: Path, questions: Sequence[Question]) -> list[Answer]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files: list[tuple[str, int]] = []
        for number, question in enumerate(questions):
            for file, text in _files(folder, number, question):
                (folder / file).write_text(text, encoding="utf-8")
                files.append((file, number))
        done = subprocess.run(
            [promtool, "test", "rules", *(file for file, _ in files)],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    reports: dict[str, list[str]] = {}
    current: list[str] = []
    for line in done.stdout.splitlines():
        if line.startswith("Unit Testing:"):
            current = reports.setdefault(line.split(":", 1)[1].strip(), [])
        else:
            current.append(line)
    said: list[list[list[str]]] = [[] for _ in questions]
    for file, number in files:
        if file not in reports:
            raise AssertionError(done.stdout[:4000])
        said[number].append(reports[file])
    return [_answer(question, lines) for question, lines in zip(questions, said, strict=True)]


def _files(folder: Path, number: int, question: Question) -> Iterator[tuple[str, str]]:
    tests = [_test(question, data) for data in question.data]
    if question.labels is None:
        yield f"q{number}.yaml", json.dumps({"evaluation_interval": "1m", "tests": tests})
        return
    (expression,) = question.expressions
    rule = {"record": "recorded", "expr": expression, "labels": dict(question.labels)}
    rules = folder / f"rules{number}.yaml"
    rules.write_text(json.dumps({"groups": [{"name": "g", "rules": [rule]}]}), encoding="utf-8")
    for position, test in enumerate(tests):
        content = {"evaluation_interval": "1m", "rule_files": [rules.name], "tests": [test]}
        yield f"q{number}-{position}.yaml", json.dumps(content)


def _test(question: Question, data: Data) -> dict[str, object]:
    asked = question.expressions if question.labels is None else ("recorded",)
    return {
        "interval": "1m",
        "input_series": input_series(data),
        "promql_expr_test": [
            {"expr": text, "eval_time": f"{minute}m", "exp_samples": NOTHING_LIKE_IT}
            for text in asked
            for minute in range(MINUTES)
        ],
    }


def _answer(question: Question, reports: Sequence[Sequence[str]]) -> Answer:
    """promtool reports in the order of its input, so nothing but the count is needed to tell what belongs where."""
    if question.labels is not None:
        return [[_recorded(lines) for lines in reports]]
    (lines,) = reports
    outcomes = list(_outcomes(lines))
    expected = len(question.expressions) * len(question.data) * MINUTES
    if len(outcomes) != expected:
        raise AssertionError((len(outcomes), expected, "\n".join(lines)[:4000]))
    each = len(question.expressions) * MINUTES
    return [
        [
            outcomes[number * each + position * MINUTES : number * each + (position + 1) * MINUTES]
            for number in range(len(question.data))
        ]
        for position in range(len(question.expressions))
    ]


def _recorded(lines: Sequence[str]) -> list[Outcome]:
    for line in lines:
        failed = _RULE.match(line)
        if failed:
            return [failed[1]]
    outcomes = list(_outcomes(lines))
    if len(outcomes) != MINUTES:
        raise AssertionError("\n".join(lines)[:4000])
    return outcomes


def _outcomes(lines: Sequence[str]) -> Iterator[Outcome]:
    waiting = False
    for line in lines:
        asked = _EXPRESSION.match(line)
        if asked:
            waiting = not asked[1]
            if asked[1]:
                yield asked[1]
        elif waiting and line.startswith("        got:"):
            waiting = False
            yield [_labels(match[1]) for match in _SAMPLE.finditer(line)]


def _labels(text: str) -> Labels:
    return frozenset((label, json.loads(value)) for label, value in _LABEL.findall(text))
