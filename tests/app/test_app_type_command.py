"""``gpurules type`` as a user runs it: whole pages, what is said of places, and wrong input."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gpurules.cli.main import run as run_command_line

GOLDENS = Path(__file__).with_name("goldens")
CASES = {
    "join": "max by (namespace, name) (rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION[5m]) / 1000"
    " * on (namespace, pod) group_left (name) kubevirt_vmi_info)",
    "unknown": "up * on (job) sum by (job) (x)",
    "window": 'count by (namespace) (last_over_time(kubevirt_vmi_info{phase="running"}[5m])) or vector(0)',
    "codes": "topk(scalar(up), avg(DCGM_FI_DEV_XID_ERRORS)) + time()",
    "many lines": "sum(\n  rate(\n    DCGM_FI_DEV_GPU_TEMP[5m]\n  )\n)\n",
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run_command_line(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(autouse=True)
def _a_terminal_of_80_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("name", CASES)
def test_page(name: str, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> None:
    code, out, err = run(capsys, "type", CASES[name])
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    path = GOLDENS / f"type_{name.replace(' ', '_')}.txt"
    if request.config.getoption("--update-goldens"):
        path.write_text(out, encoding="utf-8")
    assert out == path.read_text(encoding="utf-8")


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out, _ = run(capsys, "type", "--format", "json", *arguments)
    assert code == 0
    return json.loads(out)


def test_json_has_every_step_in_order_of_evaluation(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "sum by (job) (rate(x[5m])) / 2")
    assert [(step["step"], step["text"], step["operands"]) for step in found["steps"]] == [
        (1, "x", []),
        (2, "x[5m]", [1]),
        (3, "rate(x[5m])", [2]),
        (4, "sum by (job) (rate(x[5m]))", [3]),
        (5, "sum by (job) (rate(x[5m])) / 2", [4]),
    ]
    assert found["steps"][0]["undeclared_metrics"] == ["x"]
    assert found["safe"]


def test_json_places_a_failure_and_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    text = "kubevirt_vmi_info * on (name) group_left (node) max by (name, node) (kubevirt_vmi_info)"
    found = as_json(capsys, text)
    (failure,) = [item for item in found["failures"] if item["code"] == "E2"]
    start, end = failure["span"]
    assert text[start:end] == "on (name)"
    start, end = failure["reason_span"]
    assert (text[start:end], failure["reason"]) == ("node", "`node` is kept here and may differ")
    assert (failure["labels"], failure["varying"], failure["unknown_metrics"]) == (["name"], ["node"], [])


def test_fields_outside_of_the_counters_are_known_as_well(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    counters = tmp_path / "counters.csv"
    counters.write_text("DCGM_FI_DEV_GPU_TEMP, gauge, temperature\n", encoding="utf-8")
    found = as_json(capsys, "--counters", str(counters), "DCGM_FI_DEV_FB_USED")
    assert found["steps"][0]["type"]["unit"] == "MiB"


def test_the_release_decides_on_the_labels(capsys: pytest.CaptureFixture[str]) -> None:
    for release, there in (("v1.4", False), ("v1.5", True)):
        found = as_json(capsys, "--kubevirt", release, "kubevirt_vmi_info")
        labels = {row["label"] for row in found["steps"][0]["type"]["labels"]}
        assert ("vmi_pod" in labels) is there


def test_expression_from_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"time()\n")))
    assert as_json(capsys, "-")["steps"][-1]["type"] == {"is": "scalar", "value": None, "unit": "seconds"}


WRONG = [
    ("sum(", "EXPR:1:4: the expression is not PromQL: the parenthesis is not closed; close it with )"),
    ("up{", "EXPR:1:4: the expression is not PromQL: unexpected end of the expression in the label matchers"),
    ("x\n  + foo(y)", "EXPR:2:5: the expression is not PromQL: no function is called foo"),
    (
        "x[5m] smoothed",
        "EXPR:1:7: the expression is not supported: the modifier smoothed is not read here; Prometheus takes it",
    ),
    ("\x1b[31m", r"EXPR:1:1: the expression is not PromQL: unexpected character '\x1b'"),
    ("(" * 60000, "the expression is not supported: the expression is more than 200 levels deep"),
    ("x" * 200_000, "the expression is not supported: the expression has 200000 characters"),
]


@pytest.mark.parametrize(("text", "told"), WRONG, ids=[row[1] for row in WRONG])
def test_what_is_no_expression_is_one_line(text: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "type", text)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert told in err


def test_a_hostile_name_does_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "type", '{"evil\\u001b[31m"} * {"\\u202e"}')
    assert code == 0
    assert out.replace("\n", "").isprintable()


RULES = """groups:
  - name: g
    rules:
      - record: pod:used_bytes:sum
        expr: sum by (namespace, pod) (DCGM_FI_DEV_FB_USED) * 1048576
      - record: namespace:used_bytes:sum
        expr: sum by (namespace) (pod:used_bytes:sum)
"""


def test_records_of_rule_files_are_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(RULES, encoding="utf-8")
    (whole,) = as_json(capsys, "--rules", "rules", "namespace:used_bytes:sum")["steps"]
    assert whole["undeclared_metrics"] == []
    assert [label["label"] for label in whole["type"]["labels"]] == ["namespace"]
    assert whole["type"]["unit"] == "bytes"
    (unknown,) = as_json(capsys, "namespace:used_bytes:sum")["steps"]
    assert unknown["undeclared_metrics"] == ["namespace:used_bytes:sum"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "rules.yaml: there is no such file or folder"),
        ("groups: [", "rules.yaml:1:"),
        ("a: 1\n", "there are no rules in this file"),
        ("", "there are no rules in this file"),
    ],
)
def test_rule_files_that_cannot_be_read(
    content: str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "rules.yaml").write_text(content, encoding="utf-8")
    code, out, err = run(capsys, "type", "--rules", "rules.yaml", "a:b:c")
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1
