"""Comments that silence: wherever one is put it takes away findings of its check alone; hostile ones are survived."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.lint.finding import Finding
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.linting import run
from gpurules.lint.suppressions.reading import read_suppressions
from gpurules.lint.suppressions.syntax import COMMENT, read_comment
from lint_cases import TODAY, loaded, made_target

TARGET = made_target({})
ALL = frozenset(CHECKS)
FILE = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: x
spec:
  groups:
    - name: a
      rules:
        - record: "a{"
          expr: up
          fro: 1m
        - {record: "b{", expr: 'up{a="#"}', fro: 1m}
        -
          alert: C
          expr: |
            up
              == 0

          fro: 1m
          annotations:
            text: "one
              # two"
    - fro: 1m
      name: b
      rules: []
---
groups:
  - {name: c, rules: [{record: "d{", expr: up}]}
"""
LINES = FILE.splitlines()


def found(text: str) -> list[Finding]:
    return run(loaded(text), TARGET, ALL, TODAY)


def counted(findings: list[Finding]) -> Counter[tuple[str, str]]:
    return Counter((finding.check, finding.message) for finding in findings)


BEFORE = counted(found(FILE))


@given(
    line=st.integers(0, len(LINES)),
    indent=st.integers(0, 14),
    behind=st.booleans(),
    check=st.sampled_from(["structure/names", "structure/unknown-field", "structure", "join", "structure/yaml"]),
    until=st.sampled_from(["", " until 2020-01-01", " until 2999-01-01", " until tomorrow"]),
)
def test_a_comment_anywhere_takes_away_its_own_check_alone(
    line: int, indent: int, behind: bool, check: str, until: str
) -> None:
    comment = f"# gpurules: disable={check} a reason{until}"
    if behind and line < len(LINES):
        lines = [*LINES[:line], f"{LINES[line]} {comment}", *LINES[line + 1 :]]
    else:
        lines = [*LINES[:line], " " * indent + comment, *LINES[line:]]
    read = loaded("\n".join(lines) + "\n")
    if read.unreadable:
        return
    after = counted(run(read, TARGET, ALL, TODAY))
    gone = BEFORE - after
    assert all(check in (name, name.partition("/")[0]) for name, _ in gone)
    assert all(name.startswith(("lint/", "syntax/")) for name, _ in after - BEFORE), after - BEFORE
    if "2020" in until:
        assert not gone


@pytest.mark.parametrize(
    ("behind", "covers"),
    [
        ("kind: PrometheusRule", "file"),
        ("    - name: a", "group"),
        ("      rules:", "group"),
        ('        - record: "a{"', "rule"),
        ("          fro: 1m", "rule"),
        ("        - {record", "rule"),
        ("      rules: []", "group"),
        ("  - {name: c", "group"),
    ],
)
def test_what_a_comment_behind_a_line_covers(behind: str, covers: str) -> None:
    at = next(number for number, line in enumerate(LINES) if line.startswith(behind))
    text = "\n".join([*LINES[:at], f"{LINES[at]} # gpurules: disable=structure x", *LINES[at + 1 :]])
    (suppression,) = read_suppressions(loaded(text).workspace.files)
    assert suppression.covers == covers


@pytest.mark.parametrize(
    ("after", "covers"),
    [
        ("apiVersion: monitoring", "file"),
        ("  name: x", "file"),
        ("spec:", "file"),
        ("  groups:", "group"),
        ("    - name: a", "group"),
        ("      rules:", "rule"),
        ("          expr: up", "rule"),
        ("          fro: 1m", "rule"),
        ("        - {record", "rule"),
        ("        -", "rule"),
        ("    - fro: 1m", "group"),
        ("---", "file"),
        ("groups:", "group"),
    ],
)
def test_what_a_comment_on_the_next_line_covers(after: str, covers: str) -> None:
    at = next(number for number, line in enumerate(LINES) if line.startswith(after))
    text = "\n".join([*LINES[: at + 1], "# gpurules: disable=structure x", *LINES[at + 1 :]])
    (suppression,) = read_suppressions(loaded(text).workspace.files)
    assert suppression.covers == covers


def test_a_comment_below_everything_is_about_the_last_line() -> None:
    text = (
        'groups:\n  - name: a\n    rules:\n      - record: "a{"\n        expr: up\n'
        "# gpurules: disable=structure/names x\n\n# end\n"
    )
    assert counted(found(text)) == {}


def test_rules_that_share_an_expression_share_its_comment() -> None:
    text = (
        "groups:\n  - name: a\n    rules:\n"
        '      - record: "a{"\n        expr: &e |\n          up # gpurules: disable=structure/names x\n'
        '      - {record: "b{", expr: *e}\n'
    )
    assert counted(found(text)) == {}


def test_a_comment_in_a_config_map_is_text() -> None:
    text = (
        "kind: ConfigMap\ndata:\n  rules: |\n    # gpurules: disable=structure x\n---\ngroups: [{name: a, rules: []}]\n"
    )
    assert counted(found(text)) == {}


ROW = "# gpurules: disable=structure/names x\n"


@pytest.mark.parametrize(
    ("name", "text", "comments"),
    [
        ("comments in a row", FILE + ROW * 20_000, 20_000),
        ("comments before everything", ROW * 20_000 + FILE, 20_000),
        ("hashes", FILE + "#" * 1_000_000 + "\n", 0),
        ("a long comment", FILE + "# gpurules: disable=structure/names " + "until a" + "." * 1_000_000 + "b\n", 1),
        ("many checks", FILE + "# gpurules: disable=" + "x," * 300 + "x y\n", 1),
        (
            "quotes",
            FILE.replace("|\n            up", "|\n            # gpurules: x\n            " + '"\\' * 200_000),
            1,
        ),
    ],
)
def test_hostile_comments_are_survived(name: str, text: str, comments: int) -> None:
    read = loaded(text)
    assert not read.unreadable, read.unreadable[0].message
    assert len(read_suppressions(read.workspace.files)) == comments, name


@given(st.text(st.sampled_from("disable=,/ab :#()until 2026-0123456789\t-."), max_size=80))
def test_any_comment_is_read(text: str) -> None:
    comment = f"# gpurules:{text}"
    written = read_comment(comment)
    assert COMMENT.fullmatch(comment)
    for span, word in written.words:
        assert comment[span.start : span.end] == word
    assert written.words or written.mistakes
    assert all(0 <= one.span.start <= one.span.end <= len(comment) for one in written.mistakes)


@pytest.mark.parametrize(
    ("text", "words", "reason", "until"),
    [
        ("disable=a/b why", ["a/b"], "why", None),
        ("disable=a/b, c why not", ["a/b", "c"], "why not", None),
        ("disable = a/b - why", ["a/b"], "why", None),
        ("disable=a/b why until 2026-12-31", ["a/b"], "why", date(2026, 12, 31)),
        ("disable=a/b why (until 2026-12-31).", ["a/b"], "why", date(2026, 12, 31)),
        ("disable=a/b until 2026-12-31 why", ["a/b"], "until 2026-12-31 why", None),
        ("disable=a/b kept until the migration", ["a/b"], "kept until the migration", None),
        ("disable=a/b, why", ["a/b", "why"], "", None),
    ],
)
def test_words_of_a_comment(text: str, words: list[str], reason: str, until: date | None) -> None:
    written = read_comment(f"# gpurules: {text}")
    assert ([word for _, word in written.words], written.reason, written.until) == (words, reason, until)
