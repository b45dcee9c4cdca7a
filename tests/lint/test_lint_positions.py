"""From characters of a YAML value to characters of the file, in every style of scalar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.lint.finding import words_of
from gpurules.lint.sources.positions import _origins, file_span
from gpurules.text.errors import InputError
from gpurules.text.node import MappingNode, ScalarNode
from gpurules.text.span import SourceText, Span
from gpurules.text.yaml import compose_documents

STYLES = [
    ("plain", "a: sum(up)\n"),
    ("plain over lines", "a: sum(\n  up)\n\n  + up\n"),
    ("single quotes", "a: 'it''s up'\n"),
    ("single quotes over lines", "a: 'sum  \n\n\n   it''s   up'\n"),
    ("double quotes", 'a: "x{a=\\"b\\"} \\u0041 up"\n'),
    ("double quotes over lines", 'a: "sum \\\n   (up)\n\n   up\\n up"\n'),
    ("literal", "a: |\n  sum(\n    up\n  )\n"),
    ("literal, stripped", "a: |-\n  sum(\n\n    up)\n\n"),
    ("literal, kept", "a: |+\n  up\n\n\nb: 1\n"),
    ("literal with indentation indicator", "a: |2\n    up\n  + up\n"),
    ("literal with blank lines first", "a: |\n\n  \n  up\n"),
    ("folded", "a: >\n  sum(\n  up\n  )\n"),
    ("folded, more indented", "a: >-\n  sum(\n    up\n    up\n  )\n  up\n\n  up\n"),
    ("folded with a tab", "a: >-\n  sum\n  \tup\n  up\n"),
    ("windows line ends", "a: |\r\n  sum\r\n  up\r\nb: 'x\r\n  up'\r\n"),
    ("comment behind the header", "a: | # why\n  up\n"),
    ("no break at the end", "a: |\n  up"),
    ("behind an anchor and a tag", "a: &x !!str\n  'sum (up)'\nb: &y sum(up)\nc: &z |\n  up\n"),
]


def _scalars(text: str) -> list[ScalarNode]:
    (document,) = compose_documents(SourceText("f", text))
    assert isinstance(document, MappingNode)
    return [value for _, value in document.entries if isinstance(value, ScalarNode)]


@pytest.mark.parametrize("text", [text for _, text in STYLES], ids=[name for name, _ in STYLES])
def test_every_word_is_found_again(text: str) -> None:
    for node in _scalars(text):
        assert _origins(node) is not None
        for start in range(len(node.text)):
            if node.text.startswith("up", start):
                span = file_span(words_of(node, Span(start, start + 2)))
                assert text[span.start : span.end] == "up"


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("a: 'it''s'\n", "'", "''"),
        ('a: "x\\"y"\n', '"', '\\"'),
        ('a: "\\u0041"\n', "A", "\\u0041"),
        ("a: |\n  sum (\n    up)\n", "(\n  up", "(\n    up"),
        ("a: >-\n  sum\n  (up)\n", "sum (", "sum\n  ("),
    ],
)
def test_span_covers_what_the_characters_are_written_as(text: str, word: str, found: str) -> None:
    (node,) = _scalars(text)
    start = node.text.index(word)
    span = file_span(words_of(node, Span(start, start + len(word))))
    assert text[span.start : span.end] == found


PIECES = st.sampled_from(["up", " ", "\n", "\n  ", "  ", "\t", "'", '"', "\\", "é", "(", "\n\n", "#", ":"])


@given(
    st.lists(PIECES, max_size=12).map("".join), st.sampled_from(["|", "|-", "|+", ">", ">-", ">+", "'", '"', "", "|1"])
)
def test_any_scalar_is_decoded_as_the_library_does(body: str, style: str) -> None:
    if style in ("'", '"'):
        escaped = body.replace("'", "''") if style == "'" else body.replace("\\", "\\\\").replace('"', '\\"')
        text = f"a: {style}{escaped}{style}\n"
    elif style:
        text = f"a: {style}\n" + "".join(f"  {line}\n" for line in body.split("\n"))
    else:
        text = f"a: {body}\n"
    try:
        nodes = _scalars(text)
    except InputError:
        return
    for node in nodes:
        origins = _origins(node)
        assert origins is not None, (text, node.text)
        for character, start, end in origins:
            written = text[start:end]
            assert 0 <= node.start <= start <= end <= len(text)
            assert character == written or character.isspace() or "\\" in written or written == "''"


def test_a_place_outside_the_value_is_the_whole_scalar() -> None:
    (node,) = _scalars("a: up\n")
    assert file_span(words_of(node, Span(7, 9))) == node.span


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a: sum(\n", 7),
        ("a: 'sum('\n", 8),
        ("a: ''\n", 4),
        ("a: |\n  sum(\nb: 1\n", 11),
        ("a: |+\n  sum(\n\n\nb: 1\n", 12),
        ("a: >-\n  sum(\n\nb: 1\n", 12),
        ("a: &x !!str 'sum('\n", 17),
    ],
)
def test_the_end_of_a_value_is_behind_its_last_word(text: str, offset: int) -> None:
    node = _scalars(text)[0]
    assert file_span(words_of(node, Span(len(node.text), len(node.text)))) == Span(offset, offset)
