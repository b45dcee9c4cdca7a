"""YAML becomes nodes with the values that kubectl reads, and the places a person can open."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import example, given
from hypothesis import strategies as st

from gpurules.text import yaml
from gpurules.text.errors import InputError
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode, describe, to_plain
from gpurules.text.span import Location, SourceText


def composed(text: str) -> tuple[Node, ...]:
    return yaml.compose_documents(SourceText("f.yaml", text))


def plain(text: str) -> Any:
    (document,) = composed(text)
    return to_plain(document)


VALUES = [
    ("word", "word"),
    ("''", ""),
    ("", None),
    ("~", None),
    ("null", None),
    ("nul", "nul"),
    ("yes", True),
    ("off", False),
    ("y", True),
    ("n", False),
    ("yEs", "yEs"),
    ("'yes'", "yes"),
    ('"1"', "1"),
    ("1", 1),
    ("-17", -17),
    ("+3", 3),
    ("1_000", 1000),
    ("0x1F", 31),
    ("0b101", 5),
    ("0o17", 15),
    ("017", 15),
    ("09", 9.0),
    ("0", 0),
    ("1.6", 1.6),
    ("1.", 1.0),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("-1.5E-2", -0.015),
    ("1e", "1e"),
    (".inf", math.inf),
    ("-.INF", -math.inf),
    ("12:30", "12:30"),
    ("2026-01-01", "2026-01-01"),
    ("v1.6", "v1.6"),
    ("5m", "5m"),
    ("1.2.3", "1.2.3"),
    ("٣", "٣"),
    ("!!str 1", "1"),
    ("! 1", "1"),
    ("!!int '7'", 7),
    ("!!float 7", 7.0),
    ("9" * 30, int("9" * 30)),
    ("9" * 500, "9" * 500),
    ("|\n  a\n  b\n", "a\nb\n"),
    (">-\n  a\n  b\n", "a b"),
]


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[text[:12] or "empty" for text, _ in VALUES])
def test_scalar(text: str, value: object) -> None:
    read = plain(f"a: {text}")["a"]
    assert (read, type(read)) == (value, type(value))


def test_nan_is_a_float() -> None:
    assert math.isnan(plain(".nan"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: [1, {b: c}]", {"a": [1, {"b": "c"}]}),
        ("on: 1\n0x10: 2\n1.5: 3", {"true": 1, "16": 2, "1.5": 3}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("base: &b {x: 1, y1: 2}\nuse:\n  <<: *b\n  x: 3", {"base": {"x": 1, "y1": 2}, "use": {"x": 3, "y1": 2}}),
        ("<<: [{a: 1}, {a: 2, b: 3}]", {"a": 1, "b": 3}),
        ("'<<': 1", {"<<": 1}),
    ],
    ids=["nested", "keys are text", "alias", "merge keeps own keys", "first merge wins", "a quoted << is a key"],
)
def test_collections(text: str, value: object) -> None:
    assert plain(text) == value


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("# only a comment\n", 0), ("a", 1), ("---\n---\n", 2), ("a\n---\nb\n...\n", 2)]
)
def test_documents(text: str, count: int) -> None:
    assert len(composed(text)) == count


def test_one_document_is_asked_for() -> None:
    with pytest.raises(InputError, match=r"f.yaml: the file is empty"):
        yaml.compose_document(SourceText("f.yaml", ""))
    with pytest.raises(InputError, match=r"f.yaml:3:1: a second YAML document"):
        yaml.compose_document(SourceText("f.yaml", "a\n---\nb\n"))


def test_places_and_spans() -> None:
    text = "é: 'x'\r\nlist:\r\n  - 𝄞: [10, b]\r\n"
    (document,) = composed(text)
    assert isinstance(document, MappingNode)
    quoted = document.get("é")
    assert isinstance(quoted, ScalarNode)
    assert (quoted.location, text[quoted.span.start : quoted.span.end]) == (Location("f.yaml", 1, 4), "'x'")
    items = document.get("list")
    assert isinstance(items, SequenceNode)
    (inner,) = items.items
    assert isinstance(inner, MappingNode)
    numbers = inner.get("𝄞")
    assert isinstance(numbers, SequenceNode)
    assert text[numbers.span.start : numbers.span.end] == "[10, b]"
    assert [item.location for item in numbers.items] == [Location("f.yaml", 3, 9), Location("f.yaml", 3, 13)]
    assert document.get("nothing") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1]", "a list"),
        ("{a: 1}", "a mapping"),
        ("~", "nothing"),
        ("yes", "the boolean yes"),
        ("1.6", "the number 1.6"),
        ("word", 'the text "word"'),
        ("x" * 100, f'the text "{"x" * 57}..."'),
    ],
)
def test_describe(text: str, words: str) -> None:
    assert describe(composed(text)[0]) == words


ERRORS = [
    ("duplicate key", "a: 1\nb: 2\na: 3", "3:1", 'the key "a" occurs twice, first in line 1'),
    ("duplicate once read", "1: a\n'1': b", "2:1", 'the key "1" occurs twice'),
    ("unfinished quote", "a: 'x", "1:6", "not valid YAML"),
    ("tab", "a:\n\tb: 1", "2:1", "indent with spaces, not tabs"),
    ("mapping in a line", "a: b: c", "1:5", "not valid YAML"),
    ("python tag", "a: !!python/object:os.system {}", "1:4", "tag tag:yaml.org,2002:python/object:os.system is not"),
    ("own tag", "a: !mine x", "1:4", "tag !mine is not supported"),
    ("binary", "a: !!binary eA==", "1:4", "is not supported"),
    ("wrong tag on list", "!!map [a]", "1:1", "is not supported"),
    ("no int", "!!int x", "1:1", "no value of the tag !!int"),
    ("list as key", "[a]: 1", "1:1", "cannot be a key"),
    ("mapping as key", "? {a: 1}\n: 1", "1:3", "cannot be a key"),
    ("empty key", "~: 1", "1:1", "this key is empty"),
    ("merge of text", "<<: a", "1:5", "the key << merges mappings"),
    ("alias of nothing", "a: *x", "1:4", "no anchor &x stands before"),
    ("alias of another document", "&x a\n---\n*x", "3:1", "no anchor &x stands before"),
    ("alias of itself", "&x [*x]", "1:5", "stands inside the value that it names"),
    ("NUL", "a: b\nc: \0", "2:4", "U+0000 is not allowed"),
    ("escape", "a: \x1b[2J", "1:4", "U+001B is not allowed"),
    ("lone surrogate", "a: \ud800", "1:4", "U+D800 is not allowed"),
    ("second document wrong", "a: 1\n---\n]", "3:1", "not valid YAML"),
]


@pytest.mark.parametrize(("text", "place", "what"), [case[1:] for case in ERRORS], ids=[case[0] for case in ERRORS])
def test_error(text: str, place: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        composed(text)
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"f.yaml:{place}: ")
    assert what in str(problem)
    assert "\n" not in str(problem)


def nested_aliases(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[" * 100_000, "nested deeper than 64"),
        ("- " * 100_000, "nested deeper than 64"),
        ("{a: " * 100_000, "nested deeper than 64"),
        ("? " * 10_000, "nested deeper than 64"),
        ("a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 40 + "*a" + "]" * 40, "nested deeper than 64"),
        (nested_aliases(9), "holds more than"),
        ("%TAG !a! b\n" * 1000, "lines begin with %"),
        ("a" * (16 * 1024 * 1024 + 1), "longer than"),
    ],
    ids=["flow lists", "block lists", "mappings", "keys", "depth by alias", "aliases of aliases", "directives", "size"],
)
def test_bounds(text: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        composed(text)


def test_the_number_of_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "MAXIMUM_NODES", 10)
    assert len(plain("[1, 2, 3, 4, 5, 6, 7, 8, 9]")) == 9
    with pytest.raises(InputError, match=r"f.yaml:1:29: the YAML holds more than 10 values"):
        plain("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]")
    with pytest.raises(InputError, match=r"f.yaml:2:4: the YAML holds more than 10 values"):
        plain("a: &a [1, 2, 3, 4]\nb: *a\n")


def test_depth_64_is_allowed() -> None:
    assert plain("[" * 64 + "]" * 64)


YAML_PIECES = st.sampled_from(
    (
        *("a", "b", ": ", "- ", "\n", "\n  ", "[", "]", "{", "}", ", ", "&x ", "*x", "<<", "!!int ", "!t ", "'", '"'),
        *("|", ">", "#", "? ", "---\n", "...\n", "%TAG ! x\n", "1", "0x", "~", "yes", "\t", "\\", "\r", "é", "\ufeff"),
        *("@", "`"),
    )
)
YAML_TEXT = st.one_of(st.text(max_size=200), st.lists(YAML_PIECES, max_size=60).map("".join))


@given(YAML_TEXT)
@example("\ufeffa: 1")
@example("a: \x85b")
@example("\r")
def test_any_text_is_nodes_or_an_error_with_its_file(text: str) -> None:
    try:
        documents = composed(text)
    except InputError as error:
        wrong = error.problems
        documents = ()
    else:
        wrong = ()
    assert all(problem.location and problem.location.file == "f.yaml" for problem in wrong)
    for document in documents:
        to_plain(document)
        assert 0 <= document.start <= document.end <= len(text)
        assert document.location.line >= 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, False, True]))
@example({"y": "n", "-": "1_0", "0x": ["09", "1e3", ".5e"]}, None)
def test_what_pyyaml_writes_is_read_back(value: object, flow: bool | None) -> None:
    """With every text in quotes: PyYAML leaves words plain that kubectl takes for booleans and numbers (y, 1e3)."""
    text = pyyaml.dump(value, Dumper=_Quoting, allow_unicode=True, default_flow_style=flow)
    assert plain(text) == value


class _Quoting(pyyaml.SafeDumper):
    """Writes every text in double quotes."""


_Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, '"'))


def test_the_python_reader_serves_where_libyaml_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x [1, 'b', word]\nb: {<<: {c: *x}}\n"
    fast = plain(text)
    monkeypatch.setattr(yaml, "_LOADER", pyyaml.SafeLoader)
    assert plain(text) == fast == {"a": [1, "b", "word"], "b": {"c": [1, "b", "word"]}}
    with pytest.raises(InputError, match=r"f.yaml:1:4: "):
        plain("a: @x")
