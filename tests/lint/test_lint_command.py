"""The command as a person uses it: files in, findings out, exit codes."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gpurules.cli.main import run
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.registry import summary

GOOD = """\
groups:
  - name: gpu
    rules:
      - record: vm:gpus:count
        expr: count by (pod) (DCGM_FI_DEV_GPU_TEMP)
"""
BAD = GOOD.replace("(pod)", "(pod")
INFO = "groups:\n  - name: gpu\n    rules:\n      - record: vm:x:sum\n        expr: foo * on (a) group_left () bar\n"
OTHER = "apiVersion: v1\nkind: ConfigMap\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("good.yaml", GOOD), ("bad.yaml", BAD), ("info.yaml", INFO), ("other.yaml", OTHER)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.yaml"], 0),
        (["good.yaml", "bad.yaml"], 1),
        (["*.yaml"], 1),
        (["."], 1),
        ([], 1),
        (["info.yaml"], 0),
        (["info.yaml", "--fail-on", "info"], 1),
        (["bad.yaml", "--fail-on", "error"], 1),
        (["bad.yaml", "--ignore", "syntax"], 0),
        (["bad.yaml", "--select", "join"], 0),
        (["bad.yaml", "--select", "syntax/promql,join"], 1),
        (["missing.yaml"], 2),
        (["other.yaml"], 2),
        (["other.yaml", "--skip-others"], 0),
        (["*.json"], 2),
        (["good.yaml", "--select", "jion"], 2),
        (["good.yaml", "--select", "join", "--ignore", "join"], 2),
        (["good.yaml", "--select", ","], 2),
        (["bad.yaml", "--format", "sarif", "--relative-to", "nowhere"], 2),
        (["good.yaml", "--kubevirt", "v9.9"], 2),
        (["good.yaml", "--write-baseline"], 2),
        (["good.yaml", "--format", "xml"], 2),
    ],
)
def test_exit_codes(folder: Path, arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", *arguments]) == code
    captured = capsys.readouterr()
    assert (captured.err != "") == (code == 2)
    if code == 2:
        assert captured.out == ""
        assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["goood.yaml"], 'did you mean "good.yaml"?'),
        (["good.yaml", "--select", "jion"], 'did you mean "join"?'),
        (["good.yaml", "--ignore", "join/absent-lable"], 'did you mean "join/absent-label"?'),
        (["good.yaml", "--select", "join", "--ignore", "join"], "--ignore leaves out all that is selected"),
        (["good.yaml", "--relative-to", "nowhere"], "Directory 'nowhere' does not exist"),
        (["other.yaml"], "there are no rules in this file"),
    ],
)
def test_errors_say_what_to_do(
    folder: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["lint", *arguments])
    assert said in capsys.readouterr().err


def test_good_rules_say_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "good.yaml"])
    assert capsys.readouterr() == ("", "")


def test_text_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "bad.yaml"])
    assert capsys.readouterr().out == (
        "error: unexpected '(' in the label list, expected ',' or ')' [syntax/promql]\n"
        "  --> bad.yaml:5:29, record vm:gpus:count\n"
        "  5 |         expr: count by (pod (DCGM_FI_DEV_GPU_TEMP)\n"
        "    |                             ^\n"
        "\n"
        "1 error in 1 rule of 1 file\n"
    )


FOREIGN = "groups:\n  - name: a\n    services: [{name: b}]\n"


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        (FOREIGN, ["."], 0),
        (FOREIGN, ["foreign.yaml"], 1),
        (FOREIGN.replace("services", "rulse"), ["."], 1),
        (FOREIGN + "  - name: c\n    rules: []\n", ["."], 1),
        ("groups:\n  - name: a\n", ["."], 0),
    ],
)
def test_groups_of_another_program_are_passed_over_where_they_are_found(
    folder: Path, text: str, arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.yaml").unlink()
    (folder / "foreign.yaml").write_text(text)
    assert run(["lint", *arguments]) == code
    assert ("foreign.yaml" in capsys.readouterr().out) == (code == 1)


def test_stdin(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for options, name in (([], "<stdin>"), (["--stdin-name", "rules.yaml"], "rules.yaml")):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(BAD.encode())))
        assert run(["lint", "-", "--format", "concise", *options]) == 1
        assert capsys.readouterr().out.startswith(f"{name}:5:29: error: ")


@pytest.mark.parametrize(
    ("arguments", "variables", "coloured"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {}, False),
    ],
)
def test_colour(
    folder: Path,
    arguments: list[str],
    variables: dict[str, str],
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    run(["lint", "bad.yaml", *arguments])
    assert ("\x1b[" in capsys.readouterr().out) is coloured


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour_on_a_terminal(
    folder: Path, no_color: str, coloured: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    run(["lint", "bad.yaml"])
    assert ("\x1b[" in capsys.readouterr().out) is coloured


@pytest.mark.parametrize(("columns", "longest"), [("80", 80), ("120", 120), ("10", 34)])
def test_the_line_and_its_marks_fit_the_terminal(
    folder: Path, columns: str, longest: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long = " + ".join(f"sum by (job_{number}) (up)" for number in range(20))
    (folder / "long.yaml").write_text(
        GOOD.replace("count by (pod) (DCGM_FI_DEV_GPU_TEMP)", f"{long} + DCGM_FI_DEV_GPU_TMEP + {long}")
    )
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert run(["lint", "long.yaml", "--color", "never", "--select", "dcgm"]) == 1
    lines = capsys.readouterr().out.splitlines()
    shown = [line for line in lines if line.lstrip(" 0123456789").startswith("|")]
    line, marks = shown
    assert max(len(line) for line in shown) <= longest
    start, end = marks.index("^"), marks.rindex("^") + 1
    assert "DCGM_FI_DEV_GPU_TMEP".startswith(line[start:end])
    assert end - start > 6


def test_a_reason_that_does_not_fit_stands_below(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    join = "sum by (name) (x) * on (name) group_left () max by (name, node) (kubevirt_vmi_info)"
    (folder / "long.yaml").write_text(GOOD.replace("count by (pod) (DCGM_FI_DEV_GPU_TEMP)", join))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert run(["lint", "long.yaml", "--color", "never", "--select", "join/duplicate-one-side"]) == 1
    lines = capsys.readouterr().out.splitlines()
    place = next(place for place, line in enumerate(lines) if line.endswith("--"))
    assert lines[place + 1].startswith("    = when ")


def test_a_closed_output_is_an_error_and_no_traceback(folder: Path) -> None:
    for arguments in (["lint", "bad.yaml"], ["render"]):
        words = [sys.executable, "-m", "gpurules", *arguments]
        done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *words], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (3, "gpurules: error: -: cannot write: standard output is closed\n")


def _refusing(locked: Path) -> Callable[..., Any]:
    """A stand-in for os.scandir and os.lstat: what a user without rights to ``locked`` sees, whoever runs the tests."""

    def refused(real: Callable[..., Any]) -> Callable[..., Any]:
        def asked(path: Any = ".", *rest: Any, **settings: Any) -> Any:
            if not isinstance(path, int) and f"{os.path.abspath(path)}/".startswith(f"{locked}/"):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return real(path, *rest, **settings)

        return asked

    return refused


@pytest.mark.parametrize("argument", [".", "locked", "**/*.yaml", "locked/*.yaml", "locked/rules.yaml"])
def test_a_folder_that_may_not_be_read_is_no_clean_run(
    folder: Path, argument: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.yaml").unlink()
    (folder / "locked").mkdir()
    refused = _refusing(folder / "locked")
    monkeypatch.setattr(os, "scandir", refused(os.scandir))
    monkeypatch.setattr(os, "lstat", refused(os.lstat))
    assert run(["lint", argument]) == 3
    assert "locked" in (err := capsys.readouterr().err)
    assert err.endswith("cannot look there: Permission denied\n")


def test_what_a_file_system_keeps_for_itself_is_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "bad.yaml").unlink()
    (folder / "lost+found").mkdir()
    monkeypatch.setattr(os, "scandir", _refusing(folder / "lost+found")(os.scandir))
    assert run(["lint", "."]) == 0


def test_report_goes_to_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "bad.yaml", "--format", "json", "--output-file", "out.json"]) == 1
    assert capsys.readouterr().out == ""
    assert json.loads((folder / "out.json").read_text())["summary"]["error"] == 1
    assert run(["lint", "good.yaml", "--output-file", "out.txt"]) == 0
    assert (folder / "out.txt").read_text().strip() == ""


def test_records_of_one_file_are_known_in_another(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.yaml").write_text(GOOD.replace("count by (pod) (DCGM_FI_DEV_GPU_TEMP)", "vm:used:sum * 2"))
    (folder / "b.yaml").write_text(
        GOOD.replace("vm:gpus:count", "vm:used:sum").replace("count by (pod) (DCGM_FI_DEV_GPU_TEMP)", "vm:gpus:count")
    )
    run(["lint", "a.yaml", "b.yaml", "--select", "structure/cycle", "--format", "concise"])
    assert "vm:gpus:count reads vm:used:sum reads vm:gpus:count" in capsys.readouterr().out


def test_baseline(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "bad.yaml", "--baseline", "known.json", "--write-baseline"]) == 0
    assert "1 finding written to known.json" in capsys.readouterr().err
    assert run(["lint", "bad.yaml", "--baseline", "known.json"]) == 0
    assert capsys.readouterr().out == ""
    # The finding is known wherever it moves, and a second one is new.
    (folder / "bad.yaml").write_text("# moved\n\n" + BAD + "      - record: vm:y:sum\n        expr: sum(\n")
    assert run(["lint", "bad.yaml", "--baseline", "known.json", "--format", "concise"]) == 1
    assert capsys.readouterr().out.startswith("bad.yaml:9:")
    (folder / "bad.yaml").write_text(GOOD)
    assert run(["lint", "bad.yaml", "--baseline", "known.json"]) == 0
    assert "1 entry of known.json outdated" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 2}', '{"version": 1}', "[" * 100_000])
def test_what_is_no_baseline(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "known.json").write_text(text)
    assert run(["lint", "bad.yaml", "--baseline", "known.json"]) == 2
    assert "error: known.json:1:" in capsys.readouterr().err


UNFIXED = """\
# kept
groups:
  - name: gpu # kept
    rules:
      - record: vmi_pod:x:max
        expr: max by (pod) (label_replace(kubevirt_vmi_info{phase="Running"}, "pod", "$1", "vmi_pod", "(.+)"))
      - record: vmi_pod:y:max
        expr: "max by (pod) (label_replace(kubevirt_vmi_info, \\"pod\\", \\"$1\\", \\"vmi_pod\\", \\"(.+)\\"))"
      - record: vmi_pod:z:max
        expr: 'count(kube_pod_status_phase{phase="running"})'
"""


def test_fix_edits_the_words_and_keeps_the_rest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "fix.yaml").write_text(UNFIXED)
    assert run(["lint", "fix.yaml", "--fix"]) == 0
    assert "repaired" in capsys.readouterr().err
    assert (folder / "fix.yaml").read_text() == (
        UNFIXED.replace('kubevirt_vmi_info{phase="Running"}', 'kubevirt_vmi_info{vmi_pod!="", phase="running"}')
        .replace('kubevirt_vmi_info, \\"pod', 'kubevirt_vmi_info{vmi_pod!=\\"\\"}, \\"pod')
        .replace('phase="running"})\'', 'phase="Running"})\'')
    )


def test_fix_of_what_has_none_changes_nothing(folder: Path) -> None:
    assert run(["lint", "bad.yaml", "--fix"]) == 1
    assert (folder / "bad.yaml").read_text() == BAD


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


TWO = BAD + "      - record: vm:y:sum\n        expr: sum(\n"


@pytest.fixture
def repository(folder: Path) -> Path:
    (folder / "bad.yaml").write_text(TWO)
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", "one")
    return folder


def test_diff_reports_only_rules_that_changed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", ".", "--diff", "main"]) == 0
    (repository / "bad.yaml").write_text(TWO.replace("sum(\n", "max(\n"))
    (repository / "new.yaml").write_text(BAD)
    assert run(["lint", ".", "--diff", "main", "--format", "concise"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["bad.yaml:7:18:", "new.yaml:5:29:"]


@pytest.mark.parametrize("reference", ["nowhere", "--output=evil", "-p", "main..main", "main:bad.yaml", ""])
def test_diff_takes_nothing_but_a_commit(repository: Path, reference: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["lint", ".", f"--diff={reference}"])
    assert code == (1 if reference == "" else 2)
    assert not (repository / "evil").exists()
    capsys.readouterr()


def test_diff_runs_no_program_of_the_repository(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = repository / "run.sh"
    script.write_text("#!/bin/sh\ntouch executed\n")
    script.chmod(0o755)
    for key in ("diff.external", "core.fsmonitor", "diff.x.textconv", "diff.x.command", "core.pager"):
        _git(repository, "config", key, str(script))
    (repository / ".gitattributes").write_text("*.yaml diff=x\n")
    (repository / "bad.yaml").write_text(TWO.replace("sum(\n", "max(\n"))
    assert run(["lint", ".", "--diff", "main"]) == 1
    assert not (repository / "executed").exists()
    capsys.readouterr()


def test_diff_outside_a_repository(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    assert run(["lint", ".", "--diff", "main"]) == 2
    assert "git" in capsys.readouterr().err


@pytest.mark.parametrize("check", CHECKS)
def test_explanations_fit_the_terminal(
    check: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["explain", check]) == 0
    words, *examples = re.split("^```.*$", capsys.readouterr().out, flags=re.MULTILINE)
    texts = [words, *examples[1::2]]
    assert max(len(line) for text in texts for line in text.splitlines()) <= 80
    assert " ".join(summary(check).split()) in " ".join(words.split())
    assert len(examples) == 4


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "join/absent-label"]) == 0
    assert "Bad:" in capsys.readouterr().out
    assert run(["explain"]) == 0
    assert "join/absent-label" in capsys.readouterr().out
    assert run(["explain", "join/absent-labl"]) == 2
    assert 'did you mean "join/absent-label"?' in capsys.readouterr().err
