"""What ``--check`` shows."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gpurules.output.check import LINE_LIMIT, difference


def test_equal_texts_do_not_differ() -> None:
    assert difference("a\n", "a\n", "x") == ""


def test_lines_that_differ() -> None:
    assert difference("a\nb\nc\n", "a\nB\nc\n", "rules.yaml") == (
        "--- rules.yaml\n+++ rules.yaml (rendered)\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("a", "a\n", "-a\n\\ no line break at the end of the file\n+a\n"),
        ("a\x1b[2J\n", "a\n", "-a\\x1b[2J\n+a\n"),
        ("a\r\n", "a\n", "-a\\r\n+a\n"),
        ("a\u202e\n", "a\n", "-a\\u202e\n+a\n"),
        ("", "a\n", "@@ -0,0 +1 @@\n+a\n"),
        ("x" * 5000 + "\n", "a\n", "x...\n+a\n"),
    ],
    ids=["line end", "escape sequence", "carriage return", "direction mark", "empty file", "long line"],
)
def test_what_a_terminal_must_not_see(old: str, new: str, line: str) -> None:
    assert difference(old, new, "x").endswith(line)


@given(st.text(max_size=50), st.text(max_size=50), st.text(max_size=10))
@example("a\x0bb", "a\x0cb", "\n")
def test_any_difference_is_shown_safely(old: str, new: str, path: str) -> None:
    shown = difference(old, new, path)
    assert bool(shown) is (old != new)
    assert shown.replace("\n", "").isprintable()


@pytest.mark.parametrize("repeats", [1, 20, 150], ids=["all different", "some alike", "many alike"])
def test_large_files_take_bounded_time_and_room(repeats: int) -> None:
    old = "".join(f"line {number // repeats}\n" for number in range(15_000))
    new = "".join(f"line {(number * 7919 % 15_000) // repeats}\n" for number in range(15_000))
    begin = time.monotonic()
    shown = difference(old, new, "x")
    assert time.monotonic() - begin < 10
    assert 1 <= shown.count("\n") <= LINE_LIMIT + 3


def test_what_is_too_much_is_said() -> None:
    assert difference("a\n", "b\n" * 60_000, "x\x1b") == (
        "x\\x1b differs in too many lines to show: 1 on disk, 60000 rendered\n"
    )
    assert difference("a\n" * 2000, "a\n" * 150 + "b\n" * 15_000, "x").startswith("--- x\n")
