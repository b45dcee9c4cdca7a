"""``gpurules test`` as a user runs it: the table, failures that can be read, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import components
from gpurules.cli.main import run
from gpurules.scenario.scenarios.registry import SCENARIOS


def test_the_default_rules_pass_and_the_table_says_so(promtool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["test", "--scenario", "steady", "--scenario", "migration", "--promtool", str(promtool)])
    heading, steady, migration, *_, last = capsys.readouterr().out.splitlines()

    assert code == 0
    assert heading.split() == ["scenario", "told", "inputs", "vmi_gpu", "vmi", "health", "time"]
    assert steady.startswith("steady ")
    assert migration.startswith("migration ")
    assert steady.count("ok ") == migration.count("ok ") == 4
    assert last.startswith("all passed: 2 scenarios told in 4 tests, 65 records, ")


def test_every_scenario_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", "--list"]) == 0

    listed = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in listed if not line.startswith(" ")} == {"scenario", *SCENARIOS}


PROMTOOL = str(components.find("promtool") or "/bin/true")
WRONG = {
    "a scenario that is misspelt": (["--scenario", "migraton"], 2, 'no scenario migraton; did you mean "migration"?'),
    "no such scenario": (["--scenario", "zzz"], 2, "there is no scenario zzz; see gpurules test --list"),
    "no such program": (["--promtool", "/nowhere/promtool"], 3, "there is no program /nowhere/promtool; it comes with"),
    "another program": (["--promtool", sys.executable], 3, "this is not promtool"),
    "another program with a version": (["--promtool", "/bin/bash"], 3, "/bin/bash: this is not promtool"),
    "promtool for vmalert-tool": (["--format", "vmalert", "--promtool", PROMTOOL], 3, "this is not vmalert-tool"),
    "no time at all": (["--timeout", "0"], 2, "--timeout"),
    "a time that is no number": (["--timeout", "nan"], 2, "'nan' is not a number"),
    "a time without end": (["--timeout", "inf"], 2, "inf is not in the range"),
    "a release that cannot serve it": (["--kubevirt", "v1.2", "--path", "remote"], 2, "path remote needs"),
    "a matcher that is about identity": (
        ["--dcgm-selector", 'namespace="team-a"'],
        2,
        'no series can be told that satisfies namespace="team-a": label namespace says whose the series are',
    ),
    "a form that is none": (["--format", "xml"], 2, "xml"),
}


@pytest.mark.parametrize(("arguments", "code", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_tested_is_one_line(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", "--scenario", "steady", *arguments]) == code

    shown = capsys.readouterr()
    lines = [line for line in shown.err.splitlines() if not line.startswith("gpurules: note: ")]
    assert any(said in line for line in lines), lines
    assert all(line.startswith("gpurules: error: ") for line in lines)
    assert shown.out == ""


def test_without_promtool_it_says_where_it_is_had(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert run(["test"]) == 3
    assert "promtool is missing; it comes with Prometheus" in capsys.readouterr().err


def program(folder: Path, said: str) -> str:
    """A program that says its version, and for each test what is given here."""
    path = folder / "promtool"
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "promtool, version 9.9.9" && exit\n{said}\n')
    path.chmod(0o755)
    return str(path)


def test_a_program_that_hangs_is_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["test", "--scenario", "mig", "--timeout", "1", "--promtool", program(tmp_path, "exec sleep 600")])

    shown = capsys.readouterr().out
    assert code == 1
    assert "promtool is done within 1 s" in shown
    assert "it is not" in shown


def test_what_a_program_shouts_is_bounded_and_harmless(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noise = r"printf '\033[31mred\n'; yes 'something is wrong' | head -c 20000000; exit 1"
    code = run(["test", "--scenario", "mig", "--promtool", program(tmp_path, noise)])

    shown = capsys.readouterr().out
    assert code == 1
    assert "\x1b" not in shown
    assert "something is wrong" in shown
    assert len(shown) < 5000


def test_nothing_is_left_in_the_temporary_folder(
    promtool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    assert run(["test", "--scenario", "steady", "--promtool", str(promtool)]) == 0
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_what_runs_and_leaves_nothing_behind(number: str, code: int, tmp_path: Path) -> None:
    scratch, running = tmp_path / "scratch", tmp_path / "running"
    scratch.mkdir()
    tool = program(tmp_path, f"echo $$ >> {running}; exec sleep 600")
    command = [sys.executable, "-m", "gpurules", "test", "--scenario", "mig", "--promtool", tool]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            deadline = time.monotonic() + 60
            while not (running.exists() and running.read_text().endswith("\n")):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert os.listdir(scratch)
            process.send_signal(signal.Signals[number])
            said = process.communicate(timeout=60)[1]
        finally:
            process.kill()
    assert (process.returncode, said) == (code, b"")
    assert os.listdir(scratch) == []
    for child in running.read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(child), 0)


def test_as_json(promtool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", "--scenario", "mig", "--format", "json", "--promtool", str(promtool)]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    assert document["passed"] is True
    assert document["gaps"] == []
    (scenario,) = document["scenarios"]
    assert scenario["name"] == "mig"
    assert all(checks["passed"] == checks["all"] > 0 for checks in scenario["tests"][0]["checks"].values())
