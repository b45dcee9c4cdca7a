"""``--fix``: edits in every kind of YAML scalar, and what is left alone because it is not certain."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.app.lint import write_rewrites
from gpurules.cli.main import run
from gpurules.lint.finding import Edit, Finding, Place, Severity, words_of
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.linting import run as run_checks
from gpurules.lint.located import Located
from gpurules.lint.repair.edits import repaired
from gpurules.lint.repair.rounds import Rewrite, repair
from gpurules.lint.sources.again import rule_file
from gpurules.lint.sources.load import Loaded
from gpurules.lint.sources.model import Workspace
from gpurules.text.errors import InputError
from gpurules.text.span import SourceText, Span
from gpurules.text.yaml import compose_document
from lint_cases import TODAY, Case, found_by, made_target, read_cases
from lint_cases import loaded as loaded_case

HEAD = "# kept: comments\ngroups:\n  - {name: g, rules: [   # and layout\n"


def source_of(text: str) -> SourceText:
    return SourceText("rules.yaml", text)


def edits_in_expression(source: SourceText, *changes: tuple[str, str]) -> Finding:
    """A finding about the first rule that puts each new word in the place of the first old one."""
    expression = rule_file(source).documents[0].groups[0].rules[0].expression
    assert expression is not None
    edits = []
    for old, new in changes:
        start = expression.text.index(old)
        edits.append(Edit(words_of(expression, Span(start, start + len(old))), new))
    return Finding("test/check", Severity.ERROR, "wrong", edits[0].place, edits=tuple(edits))


def edits_in_text(source: SourceText, *changes: tuple[str, str]) -> Finding:
    """The same for the text of the file itself."""
    edits = []
    for old, new in changes:
        start = source.text.index(old)
        edits.append(Edit(Place(source, Span(start, start + len(old))), new))
    return Finding("test/check", Severity.ERROR, "wrong", edits[0].place, edits=tuple(edits))


def one_rule(expression: str) -> str:
    return (
        f"# before\ngroups:\n  - name: g\n    rules:\n      - record: a   # here\n        expr: {expression}\n# after\n"
    )


@pytest.mark.parametrize(
    ("case", "before", "changes", "after"),
    [
        ("plain", "sum(old)  # why", [("old", "new")], "sum(new)  # why"),
        ("plain over lines", "sum(\n          old)", [("old", "new")], "sum(\n          new)"),
        ("plain that would become a comment", "sum(old)", [("old", "a #b")], None),
        ("plain that would become a key", "sum(old)", [("old", "a: b")], None),
        ("plain that would become a number", "old", [("old", "1")], None),
        ("plain that would become a boolean", "old", [("old", "y")], None),
        ("behind an anchor and a tag", "&x !!str  old", [("old", "a")], "&x !!str  a"),
        ("single quotes", "'x{a=\"old\"}'", [("old", "n'ew")], "'x{a=\"n''ew\"}'"),
        ("single quotes around a doubled one", "'it''s old'", [("old", "new")], "'it''s new'"),
        ("the doubled quote itself", "'a''b'", [("'", "x")], "'axb'"),
        ("double quotes", "\"x{a='old'}\"", [("old", 'n"e\\w')], '"x{a=\'n\\"e\\\\w\'}"'),
        ("double quotes behind an escape", '"\\u00e4 old"', [("old", "new")], '"\\u00e4 new"'),
        ("an escape itself", '"\\u00e4 old"', [("\u00e4", "a")], '"a old"'),
        (
            "literal",
            "|\n          sum(\n            old\n          )",
            [("old", "new")],
            "|\n          sum(\n            new\n          )",
        ),
        ("folded", ">-\n          sum(\n          old)", [("old", "new")], ">-\n          sum(\n          new)"),
        ("several words", "old + older", [("old ", "new "), ("older", "newer")], "new + newer"),
        ("nothing left of a word", "a + old", [(" + old", "")], "a"),
        ("something before the first", "old", [("", "sum by (a) ")], "sum by (a) old"),
        ("a line break", "old", [("old", "a\n+ b")], None),
        ("overlapping edits of one finding", "abc", [("ab", "x"), ("bc", "y")], None),
        ("the same edit twice", "abc", [("b", "x"), ("b", "x")], None),
        ("other characters", "'ü😀 old'", [("old", "ö😀")], "'ü😀 ö😀'"),
    ],
)
def test_edit_in_an_expression(case: str, before: str, changes: list[tuple[str, str]], after: str | None) -> None:
    source = source_of(one_rule(before))
    found = edits_in_expression(source, *changes)
    result = repaired(source, [found])
    assert result.text == one_rule(before if after is None else after), case
    assert result.findings == (() if after is None else (found,))


def test_line_ends_and_tabs_survive() -> None:
    text = one_rule('"sum(\\told)"\t').replace("\n", "\r\n")
    source = source_of(text)
    assert repaired(source, [edits_in_expression(source, ("old", "new"))]).text == text.replace("old", "new")


@pytest.mark.parametrize(
    ("case", "changes", "after"),
    [
        ("a value", [("record: a", "record: b")], "record: b"),
        ("a comment", [("   # here", "")], "record: a\n"),
        ("a key", [("record", "alert")], "alert: a"),
        ("no YAML any more", [("record", "[")], None),
        ("one rule less", [("      - record: a   # here\n        expr: old\n", "")], None),
        ("one key less", [("        expr: old\n", "")], None),
    ],
)
def test_edit_of_the_text(case: str, changes: list[tuple[str, str]], after: str | None) -> None:
    source = source_of(one_rule("old"))
    result = repaired(source, [edits_in_text(source, *changes)])
    assert (result.text != source.text) is (after is not None), case
    assert after is None or after in result.text


def test_of_overlapping_findings_the_first_is_repaired() -> None:
    source = source_of(one_rule("old + older"))
    first = edits_in_expression(source, ("old + older", "new"))
    second = edits_in_expression(source, ("older", "newer"))
    assert repaired(source, [first, second]).text == one_rule("new")
    assert repaired(source, [second, first]).text == one_rule("old + newer")


def test_one_that_fails_does_not_stop_the_others() -> None:
    source = source_of(one_rule("old + older"))
    bad, good = edits_in_expression(source, ("old ", "a: ")), edits_in_expression(source, ("older", "newer"))
    result = repaired(source, [bad, good])
    assert (result.text, result.findings) == (one_rule("old + newer"), (good,))


def test_an_edit_of_another_file_is_not_made() -> None:
    source, other = source_of(one_rule("old")), source_of(one_rule("old"))
    assert repaired(source, [edits_in_expression(other, ("old", "new"))]).text == source.text


def test_what_an_alias_stands_for_changes_everywhere_at_once() -> None:
    text = "groups: [{name: g, rules: [{record: a, expr: &e old}, {record: b, expr: *e}]}]\n"
    source = source_of(text)
    result = repaired(source, [edits_in_expression(source, ("old", "new"))])
    assert result.text == text.replace("old", "new")
    assert compose_document(SourceText("x", result.text))


TEXTS = st.text(st.sampled_from("ab :#'\"\\{}[],&*|>-?%@`\tü😀\n"), max_size=6)
STYLES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "single": lambda text: "'" + text.replace("'", "''") + "'",
    "double": lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"',
    "literal": lambda text: f"|-\n          {text}",
    "folded": lambda text: f">-\n          {text}",
}


@given(style=st.sampled_from(sorted(STYLES)), new=TEXTS, before=TEXTS, after=TEXTS)
def test_an_edit_gives_exactly_the_value_or_is_not_made(style: str, new: str, before: str, after: str) -> None:
    try:
        source = source_of(one_rule(STYLES[style](f"{before}old{after}")))
        expression = rule_file(source).documents[0].groups[0].rules[0].expression
    except InputError:
        return
    if expression is None or "old" not in expression.text:
        return
    result = repaired(source, [edits_in_expression(source, ("old", new))])
    read = rule_file(SourceText("x", result.text)).documents[0].groups[0].rules[0]
    assert read.expression is not None
    changed = expression.text.replace("old", new, 1)
    assert read.expression.text == (changed if result.findings else expression.text)
    assert result.text.startswith("# before\n")
    assert result.text.endswith("# after\n")


def loaded(*texts: str) -> Loaded:
    files = tuple(rule_file(SourceText(f"{number}.yaml", text)) for number, text in enumerate(texts))
    return Loaded(Workspace(files), (), tuple(file.source for file in files))


def word_finder(*replacements: tuple[str, str]) -> Callable[[Loaded], Sequence[Finding]]:
    """Finds each of the old words in every expression, and has the new one for it."""

    def look(what: Loaded) -> list[Finding]:
        found = []
        for rule in what.workspace.rules:
            assert rule.expression is not None
            for old, new in replacements:
                start = rule.text.find(old)
                if start >= 0:
                    place = words_of(rule.expression, Span(start, start + len(old)))
                    edits = (Edit(place, new),) if new else ()
                    found.append(Finding("t/t", Severity.ERROR, old, place, edits=edits, rule=rule))
        return found

    return look


@pytest.mark.parametrize(
    ("case", "expressions", "replacements", "results", "left"),
    [
        ("one", ["old"], [("old", "new")], ["new"], 0),
        ("two files", ["old", "x"], [("old", "new"), ("x", "z")], ["new", "z"], 0),
        ("one repair makes another possible", ["a"], [("a", "b"), ("b", "c")], ["a"], 1),
        ("two of which one leads on", ["a + z"], [("a", "b"), ("z", "y"), ("b", "c")], ["c + y"], 0),
        ("for ever", ["a"], [("a", "b"), ("b", "a")], ["a"], 1),
        ("worse", ["a"], [("a", "xy"), ("x", ""), ("y", "")], ["a"], 1),
        ("one file gets worse", ["a", "k"], [("a", "xy"), ("x", ""), ("y", ""), ("k", "l")], ["a", "l"], 1),
        ("nothing certain", ["x"], [("x", "")], ["x"], 1),
    ],
)
def test_rounds(
    case: str, expressions: list[str], replacements: list[tuple[str, str]], results: list[str], left: int
) -> None:
    look = word_finder(*replacements)
    before = loaded(*(one_rule(expression) for expression in expressions))
    done = repair(before, look(before), look)
    assert [rule.text for rule in done.loaded.workspace.rules] == results, case
    assert len(done.findings) == left
    changed = {
        f"{number}.yaml" for number, one in enumerate(zip(expressions, results, strict=True)) if len(set(one)) > 1
    }
    assert {rewrite.file for rewrite in done.rewrites} == changed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


FIXABLE = """\
# first
groups:
  - name: a
    rules:
      # gpurules: disable=structure/names it was wrong once
      - record: a:up:sum
        expr: sum(up)   # gpurules: disable=structure/lag so was this
      # kept
"""
FIXED = """\
# first
groups:
  - name: a
    rules:
      - record: a:up:sum
        expr: sum(up)
      # kept
"""


@pytest.mark.parametrize(
    ("case", "prefix", "line_end"),
    [("plain", b"", b"\n"), ("byte order mark", b"\xef\xbb\xbf", b"\n"), ("Windows", b"", b"\r\n")],
)
def test_fix_on_the_command_line(
    case: str, prefix: bytes, line_end: bytes, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "rules.yaml"
    path.write_bytes(prefix + FIXABLE.encode().replace(b"\n", line_end))
    path.chmod(0o640)
    assert run(["lint", "--fix", "."]) == 0, case
    assert capsys.readouterr() == ("", "gpurules: note: 2 findings repaired in 1 file\n")
    assert path.read_bytes() == prefix + FIXED.encode().replace(b"\n", line_end)
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(folder) == ["rules.yaml"]
    assert run(["lint", "--fix", "."]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "arguments",
    [["--ignore", "lint"], ["--baseline", "known.json"], ["--select", "structure"]],
    ids=["ignored", "known", "not selected"],
)
def test_what_is_not_reported_is_not_repaired(
    arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "rules.yaml"
    text = FIXABLE
    path.write_text(text, encoding="utf-8")
    if "--baseline" in arguments:
        arguments = [*arguments, "--select", "structure"]
        run(["lint", "--baseline", "known.json", "--write-baseline", "."])
    run(["lint", "--fix", *arguments, "."])
    assert path.read_text(encoding="utf-8") == text


def test_a_link_stays_one_and_its_file_is_repaired_once(folder: Path) -> None:
    (folder / "rules.yaml").write_text(FIXABLE, encoding="utf-8")
    (folder / "link.yaml").symlink_to("rules.yaml")
    run(["lint", "--fix", "."])
    assert (folder / "link.yaml").is_symlink()
    assert (folder / "rules.yaml").read_text(encoding="utf-8") == FIXED


def test_nothing_is_written_where_a_file_has_changed_meanwhile(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / name).write_text("old\n", encoding="utf-8")
    with pytest.raises(InputError, match="b: the file has changed meanwhile; run it again"):
        write_rewrites([Rewrite("a", "old\n", "new\n"), Rewrite("b", "older\n", "new\n")])
    assert (folder / "a").read_text(encoding="utf-8") == "old\n"


def _fixable() -> list[Case]:
    """The cases of checks whose findings bring a repair."""
    return [case for check in CHECKS for case in read_cases(check) if any(one.fixable for one in cases_of(case))]


def cases_of(case: Case) -> list[Located]:
    """What the check of a case finds in it."""
    return found_by(case.check, case.text, case.options)


@pytest.mark.parametrize("case", _fixable(), ids=lambda case: f"{case.check}: {case.name}")
def test_what_a_check_calls_certain_is_repaired_and_nothing_else_is_found_then(case: Case) -> None:
    against = made_target(case.options)
    chosen = frozenset(CHECKS) if case.check.startswith("lint/") else frozenset((case.check,))

    def look(what: Loaded) -> list[Finding]:
        return run_checks(what, against, chosen, TODAY)

    before = loaded_case(case.text)
    findings = look(before)
    fixable = [finding for finding in findings if finding.edits]
    done = repair(before, findings, look)
    assert done.fixed >= len(fixable), case.text
    assert not any(finding.edits for finding in done.findings)
    assert len(done.findings) <= len(findings) - len(fixable)
    (rewrite,) = done.rewrites
    kept = [line for line in rewrite.before.splitlines() if "#" in line and "gpurules:" not in line]
    assert all(line.partition("#")[2] in rewrite.after for line in kept)


def test_some_checks_repair() -> None:
    assert {case.check for case in _fixable()} >= {"lint/unused-comment", "structure/envelope"}
