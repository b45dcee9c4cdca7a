"""What is refused: the words that are wrong, what is said of them, and that promtool refuses it as well.

``problems.jsonl`` holds one case a line: expression, the wrong words, the message, and whether it is valid PromQL of a
later Prometheus that is not supported.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import components
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.problem import SyntaxProblem

TABLE = Path(__file__).with_name("problems.jsonl")
CASES: list[tuple[str, str, str, bool]] = [
    tuple(json.loads(line)) for line in TABLE.read_text(encoding="utf-8").splitlines()
]
NAMES = [f"{number}-{case[0][:30]!r}" for number, case in enumerate(CASES)]
ADVICE = [
    ("rate(x)", "add a range such as [5m]"),
    ("rate(sum(x))", "add a subquery range such as [5m:]"),
    ("Rate(x[5m])", "write rate"),
    ("x = 1", "write == to compare"),
    ("1 == 2", "write == bool"),
    ("x{a=b}", "put the value in double quotes"),
    ("x offset 5m[5m]", "write the range first, then offset"),
    ("x + group_left () y", "write on (labels) group_left, or ignoring () group_left"),
    ("x and 1", "vector() makes one of a scalar"),
    ("topk(x)", "write topk(scalar, instant vector)"),
]


@pytest.mark.parametrize(("text", "words", "message", "unsupported"), CASES, ids=NAMES)
def test_what_is_wrong_and_where(text: str, words: str, message: str, unsupported: bool) -> None:
    with pytest.raises(SyntaxProblem) as raised:
        parse(text)
    span = raised.value.span
    found = (text[span.start : span.end], raised.value.message, raised.value.unsupported)
    assert found == (words, message, unsupported)


@pytest.mark.parametrize(("text", "advice"), ADVICE)
def test_what_to_do(text: str, advice: str) -> None:
    with pytest.raises(SyntaxProblem) as raised:
        parse(text)
    assert raised.value.advice == advice


def test_promtool_refuses_the_same(tmp_path: Path) -> None:
    promtool = components.require("promtool")
    for number, (text, *_) in enumerate(CASES):
        content = {"groups": [{"name": "g", "rules": [{"record": "r", "expr": text}]}]}
        (tmp_path / f"{number:03d}.yaml").write_text(json.dumps(content), encoding="utf-8")
    files = sorted(path.name for path in tmp_path.iterdir())
    done = subprocess.run(
        [promtool, "check", "rules", *files], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    accepted = [
        CASES[int(report[:3])][0]
        for report in (done.stdout + done.stderr).split("Checking ")[1:]
        if "SUCCESS" in report
    ]
    assert accepted == []
    assert done.stdout.count("Checking ") == len(CASES)
