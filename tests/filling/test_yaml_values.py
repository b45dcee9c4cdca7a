"""No value breaks out of the place where a template puts it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from gpurules.filling.scalar import block, comment, scalar
from gpurules.text.errors import InputError
from gpurules.text.node import MappingNode, ScalarNode
from gpurules.text.span import SourceText
from gpurules.text.yaml import compose_documents

NASTY = st.sampled_from(
    [*"\n\r\t\0 \"'\\#:-?[]{}|>&*!%@`,=~<.", "\x85", "\u2028", "\u2029", "\ufeff", "\u202e", "---", "...", ": ", " #"]
)
TEXT = st.lists(st.one_of(NASTY, st.text(st.characters(exclude_categories=["Cs"]), max_size=4)), max_size=12).map(
    "".join
)


def readers(text: str) -> list[Any]:
    """What three readers make of a document with the one key ``k``, and of the key that follows."""
    found = [yaml.load(text, Loader=loader) for loader in (yaml.SafeLoader, yaml.CSafeLoader)]
    (document,) = compose_documents(SourceText("x", text))
    assert isinstance(document, MappingNode)
    own = {key.value: value.value for key, value in document.entries if isinstance(value, ScalarNode)}
    return [*found, own]


@given(TEXT)
@example("true")
@example("a" * 2000)
@example("\x7f\x80\x9f\xa0\ufffe\uffff\U0001ffff\U0010ffff")
def test_scalars_read_back(value: str) -> None:
    text = f"k: {scalar(value)}\nafter: end\n"
    assert text.count("\n") == 2
    for found in readers(text):
        assert found == {"k": value, "after": "end"}


@given(TEXT.filter(lambda key: len(key) < 200))
def test_scalars_read_back_as_keys(key: str) -> None:
    text = f"map:\n  {scalar(key)}: x\nafter: end\n"
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert yaml.load(text, Loader=loader) == {"map": {key: "x"}, "after": "end"}


BLOCKS = [
    *("a\n\n  b\nc", "a\n", "\na", " a\nb", "  a\n  b", " ", " \na", "a\n  \nb", "# a\n# b", "  # a", "---\n..."),
    *("a\tb", "a: b\n- c", " - a", "|2-\n  a", "\n\n a"),
]


def assert_block_reads_back(value: str) -> None:
    for found in readers(f"k: {block(value, 2)}\nafter: end\n"):
        assert found == {"k": value, "after": "end"}
    text = f"k:\n    - {block(value, 6)}\n    - m: x\n      n: {block(value, 8)}\n      o: y\nafter: end\n"
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        expected = {"k": [value, {"m": "x", "n": value, "o": "y"}], "after": "end"}
        assert yaml.load(text, Loader=loader) == expected


@given(TEXT)
def test_blocks_read_back(value: str) -> None:
    assert_block_reads_back(value)


@given(st.lists(st.text(' #:-|>ab"', max_size=6), max_size=5).map("\n".join))
def test_blocks_of_spaces_and_signs_read_back(value: str) -> None:
    assert_block_reads_back(value)


@pytest.mark.parametrize("value", BLOCKS)
def test_odd_blocks_read_back(value: str) -> None:
    assert_block_reads_back(value)


@pytest.mark.parametrize("value", ["sum by (a) (\n  b\n)", "a", "a # b: c", 'a{b="ä"}', "a\n\nb"])
def test_readable_text_is_a_block(value: str) -> None:
    assert block(value, 4).startswith("|-\n    ")


def test_text_that_begins_with_spaces_is_a_block_with_an_indicator() -> None:
    assert block("  a\n+\n  b", 4) == "|2-\n      a\n    +\n      b"


@pytest.mark.parametrize("value", ["", "\n", " ", "\na", "a\n", "a\n ", "a \nb", "a\r\nb", "a\u2028b", "a\tb", "a\x00"])
def test_what_a_block_would_lose_is_quoted(value: str) -> None:
    assert block(value, 4).startswith('"')


@pytest.mark.parametrize("indent", [-1, 0, 1])
def test_a_block_without_margin_is_quoted(indent: int) -> None:
    assert block("a", indent) == '"a"'


@given(TEXT, st.integers(0, 20))
@example("x\nkind: Secret", 0)
@example("x\x85kind: Secret", 0)
@example("x" * 5000, 0)
@example("", 0)
def test_comments_hold_nothing(value: str, indent: int) -> None:
    text = comment(value, indent)
    assert all(line.startswith(("#", " " * indent + "#")) for line in text.split("\n"))
    assert text.replace("\n", "").isprintable()
    for found in readers(f"{' ' * indent}{text}\nafter: end\n"):
        assert found == {"after": "end"}


def test_comments_are_wrapped_and_keep_their_margin() -> None:
    lines = comment("  " + "word " * 50, 4).split("\n")
    assert len(lines) == 3
    assert lines[0].startswith("#   word")
    assert lines[1].startswith("    #   word")
    assert max(map(len, lines)) <= 120


PLAIN = [
    "gpurules",
    "vmi:kubevirt_vmi_gpu_power_watts:sum",
    "app.kubernetes.io/part-of",
    "monitoring.coreos.com/v1",
    "30s",
    "100ms",
    "v1.9",
    "e5",
    "NaNny",
]
QUOTED = [
    *("", "~", "true", "True", "yes", "NO", "on", "Off", "y", "N", "null", "Null", ".inf", "inf", ".nan", "NaN"),
    *("1", "1.5", "1e3", "0x1f", "0o7", "017", "1_000", "190:20:30", "2001-01-01", "+1", "-1", ".5", "1h30m"),
    *("a:", ":a", "a: b", "a #b", "#a", "- a", "-", "?", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "=", "<<"),
    *("'a'", '"a"', "[a]", "{a}", "a,b", "a b", " a", "a ", "a/", "_a", "ä", "---", "...", "a\n", "30s\n"),
]


@pytest.mark.parametrize("value", PLAIN)
def test_plain(value: str) -> None:
    assert scalar(value) == value


@pytest.mark.parametrize("value", QUOTED)
def test_quoted(value: str) -> None:
    assert scalar(value).startswith('"')


def test_broken_text_is_an_error() -> None:
    with pytest.raises(InputError, match=r"U\+D800"):
        scalar("a\ud800")
