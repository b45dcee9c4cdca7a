"""The command as a person uses it: files in, findings out, exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gpurules.cli.main import run

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


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "join/absent-label"]) == 0
    assert "Bad:" in capsys.readouterr().out
    assert run(["explain"]) == 0
    assert "join/absent-label" in capsys.readouterr().out
    assert run(["explain", "join/absent-labl"]) == 2
    assert 'did you mean "join/absent-label"?' in capsys.readouterr().err
