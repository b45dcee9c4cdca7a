"""What others wrote cannot reach a terminal as anything but characters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.text.terminal import columns_of, safe, table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("NVIDIA A10", "NVIDIA A10"),
        ("é 漢 𝄞", "é 漢 𝄞"),
        ("\x1b[2Jx", r"\x1b[2Jx"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202eabc\u2066", r"\u202eabc\u2066"),
        ("\u200bx\ufeff", r"\u200bx\ufeff"),
        ("\u2028", r"\u2028"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\0\x7f", r"\x00\x7f"),
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_long_text_is_cut() -> None:
    assert safe("abcdef", limit=3) == "abc..."
    assert safe("abc", limit=3) == "abc"


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = safe(text)
    assert shown.isprintable()
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in shown)
    assert safe(shown) == shown
    shown.encode("utf-8")


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("", 0)])
def test_columns(text: str, columns: int) -> None:
    assert columns_of(text) == columns


def test_table() -> None:
    rows = [["DCGM_FI_DEV_GPU_TEMP", "celsius", "the temperature of the GPU"], ["漢", "\x1b[1m"]]
    assert table(rows, ["field", "unit", "help"], width=52) == (
        "field                 unit     help\n"
        "DCGM_FI_DEV_GPU_TEMP  celsius  the temperature of\n"
        "                               the GPU\n"
        "漢                    \\x1b[1m\n"
    )


def test_table_without_width_breaks_nothing() -> None:
    assert table([["a", "b " * 100]]) == "a  " + ("b " * 100).rstrip() + "\n"
    assert table([]) == table([[]]) == ""


@given(st.lists(st.lists(st.text(max_size=30), max_size=4), max_size=5), st.integers(0, 120))
def test_every_line_of_a_table_is_safe(rows: list[list[str]], width: int) -> None:
    assert all(line.isprintable() for line in table(rows, width=width).split("\n"))
