"""Rule files that others wrote: nothing crashes, hangs or takes memory without bound."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from gpurules.cli.main import run
from gpurules.lint.engine import run_checks
from gpurules.lint.identifiers import CHECKS
from lint_cases import as_file, found_by, loaded, made_target


def _rule(expression: str) -> str:
    return as_file(f"- record: a:b\n  expr: {expression!r}\n")


HOSTILE = {
    "60,000 parentheses": "(" * 60_000 + "up" + ")" * 60_000,
    "60,000 open parentheses": "(" * 60_000,
    "an expression of a megabyte": "up + " * 200_000 + "up",
    "20,000 signs": "-" * 20_000 + "up",
    "5,000 operators": "up" + " + up" * 5_000,
    "a number of 300 digits": "9" * 300,
    "a duration of 300 digits": f"up[{'9' * 300}s]",
    "20,000 matchers": "up{" + ",".join(f'a{number}="b"' for number in range(20_000)) + "}",
    "20,000 labels": f"sum by ({','.join(f'a{number}' for number in range(20_000))}) (up)",
    "a regular expression that explodes": 'up{a=~"(a*)*' + "(b*)*" * 200 + '"}',
    "nested label_replace": "label_replace(" * 150 + "up" + ', "a", "$1", "b", "(.*)")' * 150,
    "a string that does not end": '"' + "a" * 100_000,
    "control characters": "up \\x1b[2J \\u202e",
}


@pytest.mark.parametrize("expression", HOSTILE.values(), ids=HOSTILE)
def test_expression_is_survived(expression: str) -> None:
    for finding in run_checks(loaded(_rule(expression)), made_target({}), frozenset(CHECKS)):
        assert finding.check in CHECKS


@pytest.mark.parametrize("name", ["60,000 parentheses", "an expression of a megabyte"])
def test_what_is_too_large_is_unsupported_and_never_wrong(name: str) -> None:
    text = _rule(HOSTILE[name])
    assert found_by("syntax/promql", text, {}) == []
    assert [finding.severity.word for finding in found_by("syntax/unsupported", text, {})] == ["info"]


def test_a_chain_of_records_is_followed_without_recursion() -> None:
    rules = "".join(f"- {{record: 'r:{n}', expr: 'r:{n + 1}'}}\n" for n in range(3_000))
    found = run_checks(loaded(as_file(rules)), made_target({}), frozenset(CHECKS))
    assert {finding.check for finding in found} == {"structure/read-later"}


def test_a_circle_of_thousands_is_told_once() -> None:
    rules = "".join(f"- {{record: 'r:{n}', expr: 'r:{(n + 1) % 3_000}'}}\n" for n in range(3_000))
    found = run_checks(loaded(as_file(rules)), made_target({}), frozenset(("structure/cycle",)))
    assert len(found) == 1
    assert len(found[0].message) < 1_000


def test_what_others_wrote_cannot_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        as_file('- record: "a\\e[2J"\n  expr: "up{a=\\"\\e]0;x\\a\\"} +"\n  "f\\u202eor": 1\n'), encoding="utf-8"
    )
    assert run(["lint", "--show", "info", "--color", "never", str(path)]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links")
def test_links_out_of_a_folder_are_not_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(_rule("up +"), encoding="utf-8")
    (tmp_path / "in" / "deep").mkdir(parents=True)
    inside = tmp_path / "in" / "rules.yaml"
    inside.write_text(_rule("up"), encoding="utf-8")
    os.symlink(outside, tmp_path / "in" / "link.yaml")
    os.symlink(tmp_path, tmp_path / "in" / "deep" / "up")
    os.symlink(inside, tmp_path / "in" / "deep" / "again.yaml")
    assert run(["lint", str(tmp_path / "in")]) == 0
    assert run(["lint", str(tmp_path / "in" / "**" / "*.yaml")]) == 0
    # A link that the user names is the user's choice.
    assert run(["lint", str(tmp_path / "in" / "link.yaml")]) == 1
    capsys.readouterr()
