"""The command in daily use: what is chosen, silenced, known, written where, and the exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from gpurules.cli.main import run
from gpurules.lint.identifiers import CHECKS
from gpurules.text.terminal import wants_colour
from shared import ROOT

WRONG = """groups:
  - name: a
    rules:
      - alert: Hot
        expr: up == 0
        fro: 5m
"""
GOOD = WRONG.replace("fro", "for")
TWICE = WRONG.replace("fro: 5m", "fro: 5m\n        annotatons: {}")
LATE = """groups:
  - name: a
    rules:
      - {record: "a:up:sum", expr: sum(up)}
  - name: b
    rules:
      - {record: "b:up:sum", expr: "sum(a:up:sum)"}
"""
UNREADABLE = "groups:\n  - name: a\n    name: b\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(text: str, name: str = "rules.yaml") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def known(*arguments: str) -> None:
    """Writes ``known.json``."""
    assert run(["lint", "--baseline", "known.json", "--write-baseline", *arguments]) == 0


def found(capsys: pytest.CaptureFixture[str], *arguments: str, note: str = "") -> tuple[int, list[str]]:
    """The exit code, and the check and line of each finding. ``note``: what must stand on stderr."""
    capsys.readouterr()
    code = run(["lint", "--format", "json", *arguments])
    out, err = capsys.readouterr()
    assert err == note
    return code, [f"{one['check']}:{one['start']['line']}" for one in json.loads(out)["findings"]]


@pytest.mark.parametrize(
    ("text", "arguments", "code", "checks"),
    [
        pytest.param(GOOD, [], 0, [], id="nothing"),
        pytest.param(WRONG, [], 1, ["structure/unknown-field:6"], id="an error"),
        pytest.param(WRONG, ["--exit-zero"], 0, ["structure/unknown-field:6"], id="exit zero"),
        pytest.param(WRONG, ["--ignore", "structure/unknown-field"], 0, [], id="ignored"),
        pytest.param(WRONG, ["--ignore", "structure"], 0, [], id="group ignored"),
        pytest.param(WRONG, ["--select", "join"], 0, [], id="another group selected"),
        pytest.param(WRONG, ["--select", "structure", "--ignore", "structure/unknown-field"], 0, [], id="ignore wins"),
        pytest.param(WRONG, ["--select", "join,structure/unknown-field"], 1, ["structure/unknown-field:6"], id="both"),
        pytest.param(LATE, [], 0, [], id="info is not shown"),
        pytest.param(LATE, ["--show", "info"], 0, ["structure/lag:7"], id="info shown does not fail"),
        pytest.param(LATE, ["--fail-on", "info"], 1, ["structure/lag:7"], id="info fails"),
        pytest.param(WRONG, ["--fail-on", "error"], 1, ["structure/unknown-field:6"], id="an error is above"),
        pytest.param(UNREADABLE, [], 1, ["structure/yaml:3"], id="no YAML"),
    ],
)
def test_exit_code_and_findings(
    text: str, arguments: list[str], code: int, checks: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(capsys, *arguments, str(written(text))) == (code, checks)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--select", "structure/unknown-feild"], 2, 'did you mean "structure/unknown-field"?'),
        (["--ignore", "strucure"], 2, 'did you mean "structure"?'),
        (["--write-baseline"], 2, "--write-baseline needs --baseline FILE"),
        (["--write-baseline", "--baseline", "b.json", "--fix"], 2, "neither --fix nor --diff"),
        (["--fix", "-"], 2, "cannot change standard input"),
        (["--baseline", "rules.yaml"], 2, 'rules.yaml:1:1: unknown key "groups"'),
        (["--baseline", "none.json"], 2, "none.json: there is no such file"),
        (["--output-file", "none/report.txt"], 3, "the folder does not exist"),
    ],
)
def test_wrong_usage(arguments: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    written(WRONG)
    assert run(["lint", *arguments, "rules.yaml"]) == code
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("form", ["text", "concise", "github", "sarif"])
@pytest.mark.parametrize("text", [WRONG, GOOD])
def test_output_file_is_written_whole_also_when_nothing_is_found(
    form: str, text: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(text)
    code = run(["lint", "--format", form, "rules.yaml"])
    shown = capsys.readouterr().out
    assert run(["lint", "--format", form, "--output-file", "report", "rules.yaml"]) == code
    assert capsys.readouterr() == ("", "")
    assert Path("report").read_text(encoding="utf-8") == shown
    assert sorted(path.name for path in folder.iterdir()) == ["report", "rules.yaml"]


@pytest.mark.parametrize(
    ("choice", "variables", "terminal", "wanted"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"FORCE_COLOR": "3", "TERM": "dumb"}, False, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour(choice: str, variables: Mapping[str, str], terminal: bool, wanted: bool) -> None:
    assert wants_colour(choice, variables, terminal) is wanted


@pytest.mark.parametrize(("environment", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True)])
def test_colour_on_the_command_line(
    environment: Mapping[str, str],
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run(["lint", str(written(WRONG))])
    assert ("\x1b[" in capsys.readouterr().out) is coloured
    run(["lint", "--output-file", "report", "rules.yaml"])
    assert "\x1b[" not in Path("report").read_text(encoding="utf-8")


def test_what_the_baseline_knows_is_not_reported(capsys: pytest.CaptureFixture[str]) -> None:
    written(TWICE)
    assert run(["lint", "--baseline", "known.json", "--write-baseline", "rules.yaml"]) == 0
    assert capsys.readouterr() == ("", "gpurules: note: 2 findings written to known.json\n")
    assert found(capsys, "--baseline", "known.json", ".") == (0, [])


@pytest.mark.parametrize(
    ("case", "text", "checks"),
    [
        ("lines that moved", "# one more line\n\n" + WRONG, []),
        ("another rule before it", WRONG.replace("    rules:\n", "    rules:\n      - {alert: B, expr: up}\n"), []),
        ("repaired", GOOD, []),
        ("another mistake in the rule", TWICE, ["structure/unknown-field:7"]),
        ("the same mistake in another rule", WRONG.replace("Hot", "Cold"), ["structure/unknown-field:6"]),
        (
            "the same mistake once more",
            WRONG + WRONG.partition("rules:\n")[2],
            ["structure/duplicate-rule:7", "structure/unknown-field:9"],
        ),
    ],
)
def test_baseline_after_a_change(case: str, text: str, checks: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    written(WRONG)
    known("rules.yaml")
    written(text)
    gone = case in ("repaired", "the same mistake in another rule")
    note = "gpurules: note: 1 entry of known.json outdated; --write-baseline drops what is gone\n" if gone else ""
    assert found(capsys, "--baseline", "known.json", "rules.yaml", note=note) == (1 if checks else 0, checks), case
    assert found(capsys, "--baseline", "known.json", "--select", "structure", "rules.yaml")[1] == checks, case
    assert found(capsys, "--baseline", "known.json", str(written(GOOD, "other.yaml"))) == (0, []), case


def test_baseline_holds_from_any_folder(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    written(WRONG, "sub/rules.yaml")
    known("sub")
    monkeypatch.chdir("sub")
    assert found(capsys, "--baseline", "../known.json", "rules.yaml") == (0, [])


def test_baseline_is_stable_and_readable() -> None:
    written(TWICE)
    written(LATE, "late.yaml")
    arguments = ["lint", "--baseline", "known.json", "--write-baseline", "--show", "info"]
    run([*arguments, "rules.yaml", "late.yaml"])
    first = Path("known.json").read_text(encoding="utf-8")
    run([*arguments, "late.yaml", "rules.yaml"])
    assert Path("known.json").read_text(encoding="utf-8") == first
    entries = json.loads(first)["findings"]
    assert [(entry["file"], entry["check"], entry["rule"], entry["count"]) for entry in entries] == [
        ("late.yaml", "structure/lag", "record b:up:sum", 1),
        ("rules.yaml", "structure/unknown-field", "alert Hot", 1),
        ("rules.yaml", "structure/unknown-field", "alert Hot", 1),
    ]


def test_what_cannot_be_read_is_in_no_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    written(UNREADABLE)
    known("rules.yaml")
    assert json.loads(Path("known.json").read_text(encoding="utf-8")) == {"version": 1, "findings": []}
    assert found(capsys, "--baseline", "known.json", "rules.yaml") == (1, ["structure/yaml:3"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"version": 2}', "known.json:1:13: version"),
        ('{"version": 1, "findings": [{"fingerprint": "x"}]}', "known.json:1:45: findings[0].fingerprint"),
        ('{"version": 1, "findings": [{"fingerprint": "%s", "count": 0}]}' % ("a" * 32), "findings[0].count"),
        ('{"version": 1, "finding": []}', 'did you mean "findings"?'),
        ("", "known.json: the file is empty"),
        ("[" * 5000, "known.json"),
        ("{\x00}", "NUL"),
    ],
)
def test_baseline_that_is_none(content: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    written(WRONG)
    written(content, "known.json")
    assert run(["lint", "--baseline", "known.json", "rules.yaml"]) == 2
    out, err = capsys.readouterr()
    assert (out, says in err) == ("", True), err


HOSTILE = """groups:
  - name: a
    rules:
      - alert: "\\e[31m\\u2028\\U0001F600\\x7f\\"]}"
        expr: up == 0
        fro: 5m
"""


def test_baseline_of_hostile_names_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    written(HOSTILE)
    known("rules.yaml")
    assert Path("known.json").read_text(encoding="utf-8").isprintable() is False
    assert "\x1b" not in Path("known.json").read_text(encoding="utf-8")
    assert found(capsys, "--baseline", "known.json", "rules.yaml") == (0, [])


def test_an_internal_error_is_hidden_by_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gpurules.lint.checks.structure import unknown_field

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    written("# gpurules: disable=structure it is broken\n" + WRONG)
    known("rules.yaml")
    monkeypatch.setattr(unknown_field, "_unknown", broken)
    arguments = ["lint", "--baseline", "known.json", "--exit-zero", "rules.yaml"]
    assert run(arguments) == 3
    assert "internal error: RuntimeError: broken" in capsys.readouterr().err


PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
GROUPS = "|".join(sorted({check.partition("/")[0] for check in CHECKS}))
NAMED = re.compile(rf"(?<![\w/.-])(?:{GROUPS})/[a-z]+(?:-[a-z]+)*(?![\w./-])")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_checks_that_a_page_names_exist(path: Path) -> None:
    known = {*CHECKS, "structure/nmaes"}
    assert set(NAMED.findall(path.read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize(("root", "path"), [(".", "rules.yaml"), ("..", "sub/rules.yaml"), ("rules", "../rules.yaml")])
def test_paths_start_from_the_folder_that_is_named(
    root: str, path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(WRONG, "sub/rules.yaml")
    monkeypatch.chdir("sub")
    Path("rules").mkdir()
    run(["lint", "--format", "gitlab", "--relative-to", root, "rules.yaml"])
    assert [entry["location"]["path"] for entry in json.loads(capsys.readouterr().out)] == [path]
