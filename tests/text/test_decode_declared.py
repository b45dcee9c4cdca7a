"""Nodes become dataclasses by declaration; every mistake is found in one go, with its place."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import jsonschema
import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from gpurules.text.declare import described, shape_of
from gpurules.text.decode import MAXIMUM_PROBLEMS, Path, decode, name_of, place_of, problems_in
from gpurules.text.errors import InputError
from gpurules.text.json_schema import json_schema
from gpurules.text.span import Location, SourceText
from gpurules.text.yaml import compose_document


def no_spaces(text: str) -> str:
    return f'there is a space in "{text}"' if " " in text else ""


@dataclass(frozen=True, slots=True)
class Leaf:
    kind: Literal["fast", "slow"]
    ratio: float = field(default=0.5, metadata=described("a part", minimum=0, maximum=1))


@dataclass(frozen=True, slots=True)
class Tree:
    version: int = field(default=1, metadata=described("the format", choices=(1, 2), required=True, example="1"))
    name: str = field(
        default="x", metadata=described("a name", pattern="[a-z0-9.]+", kind="a name", advice="write lower case")
    )
    honor: str = field(default="auto", metadata=described("a switch", choices=("true", "false", "auto")))
    note: str | None = field(default=None, metadata=described("anything", check=no_spaces))
    count: int = field(default=3, metadata=described("how many", minimum=1))
    on: bool = False
    words: tuple[str, ...] = field(default=(), metadata=described("words", choices=("one", "two", "three")))
    labels: dict[str, str] = field(
        default_factory=dict, metadata=described("labels", key_pattern="[a-z]+", key_kind="a label name")
    )
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    by_name: dict[str, Leaf] = field(default_factory=dict)


def read(text: str, places: dict[Path, Location] | None = None) -> Tree:
    return decode(compose_document(SourceText("f", text)), Tree, places)


FULL = """\
version: 2
name: "1.6"
honor: no
note: x
count: 7
on: true
words: [one, two]
labels: {a: b}
leaf: {kind: fast, ratio: 1}
leaves:
  - kind: slow
by_name:
  first: {kind: fast}
"""


def test_everything_is_read() -> None:
    assert read(FULL) == Tree(
        version=2,
        name="1.6",
        honor="false",
        note="x",
        count=7,
        on=True,
        words=("one", "two"),
        labels={"a": "b"},
        leaf=Leaf("fast", 1.0),
        leaves=(Leaf("slow"),),
        by_name={"first": Leaf("fast")},
    )


def test_what_is_not_written_is_the_default() -> None:
    assert read("version: 1") == Tree()
    assert read("{version: 1, words: , labels: , leaves: , by_name: , note: , leaf: }") == Tree()


def test_places() -> None:
    places: dict[Path, Location] = {}
    read(FULL, places)
    assert places["name",] == Location("f", 2, 7)
    assert places["words", "1"] == Location("f", 7, 14)
    assert places["labels", "a"] == Location("f", 8, 13)
    assert places["leaves", "0", "kind"] == Location("f", 11, 11)
    assert place_of(("leaves", "0", "ratio"), places) == Location("f", 11, 5)
    assert place_of(("nothing",), places) == Location("f", 1, 1)


MISTAKES = [
    ("version missing", "name: a", '1:1: the key "version" is missing; write version: 1'),
    ("version", "version: 3", '1:10: version: "3" is not known, it is one of 1, 2'),
    ("not a mapping", "[a]", "1:1: expected keys and values, found a list"),
    ("unknown key", "version: 1\nnmae: a", '2:1: unknown key "nmae"; did you mean "name"?'),
    ("quite unknown key", "version: 1\nleaf: {kind: fast, q: 1}", 'unknown key "leaf.q"; known here: kind, ratio'),
    ("number for text", "version: 1\nname: 1.6", '2:7: name: expected text, found the number 1.6; write "1.6" in'),
    ("no form quoted", "version: 1\nname: 1_0", "name: expected text, found the number 1_0; write lower case"),
    ("nothing for text", "version: 1\nname:", "2:6: name: expected text, found nothing; write lower case"),
    ("list for text", "version: 1\nname: [a]", "2:7: name: expected text, found a list"),
    ("pattern", "version: 1\nname: A", '2:7: name: "A" is not a name; write lower case'),
    ("pattern on the whole", 'version: 1\nname: "a\\n"', r'2:7: name: "a\n" is not a name; write lower case'),
    ("check", "version: 1\nnote: a b", '2:7: note: there is a space in "a b"'),
    ("text for number", "version: 1\ncount: 5m", '2:8: count: expected a whole number, found the text "5m"'),
    ("fraction for whole number", "version: 1\ncount: 5.0", "2:8: count: expected a whole number, found the number 5"),
    ("boolean for number", "version: 1\ncount: yes", "2:8: count: expected a whole number, found the boolean yes"),
    ("number for boolean", "version: 1\non: 1", "2:5: on: expected true or false"),
    ("too small", "version: 1\ncount: 0", "2:8: count: 0 is less than 1"),
    ("too large", "version: 1\nleaf: {kind: fast, ratio: 1.5}", "2:27: leaf.ratio: 1.5 is more than 1"),
    ("not a number", "version: 1\nleaf: {kind: fast, ratio: .nan}", "2:27: leaf.ratio: nan is less than 0"),
    ("lone word for list", "version: 1\nwords: one", '2:8: words: expected a list, found the text "one"; write [one]'),
    ("mapping for list", "version: 1\nwords: {one: 1}", "2:8: words: expected a list, found a mapping"),
    (
        "choice of an item",
        "version: 1\nwords:\n- one\n- tow",
        '4:3: words[1]: "tow" is not known, it is one of one, two, three; did you mean "two"?',
    ),
    ("literal", "version: 1\nleaf: {kind: fats}", '2:14: leaf.kind: "fats" is not known, it is one of fast, slow; did'),
    ("missing below", "version: 1\nleaf: {}", '2:7: the key "leaf.kind" is missing'),
    ("list for mapping", "version: 1\nlabels: [a]", "2:9: labels: expected keys and values, found a list"),
    ("boolean key", "version: 1\nlabels: {on: a}", "2:10: labels: YAML reads this key as the boolean on"),
    ("key", "version: 1\nlabels: {A: a}", '2:10: labels: the key "A" is not a label name'),
    ("value of a key", "version: 1\nlabels: {a: 1}", '2:13: labels.a: expected text, found the number 1; write "1" in'),
    ("nothing for a section", "version: 1\nby_name: {a: }", "by_name.a: expected keys and values, found nothing"),
    ("escapes", 'version: 1\n"\\e[31m": 1', r'2:1: unknown key "\x1b[31m"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES])
def test_mistake(text: str, line: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    (problem,) = caught.value.problems
    assert line in str(problem)
    assert str(problem).isprintable()


def test_all_mistakes_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(InputError) as caught:
        read("nam: a\ncount: x\nwords: [four, 1]\nleaves:\n- {kind: 1}\n- kind: slow\n  ratio: 2\n")
    places = [str(problem.location) for problem in caught.value.problems]
    assert places == ["f:1:1", "f:2:8", "f:3:9", "f:3:15", "f:5:10", "f:7:10", "f:1:1"]


def test_the_number_of_problems_is_bounded() -> None:
    with pytest.raises(InputError) as caught:
        read("version: 1\nwords: [" + "x, " * 10_000 + "]")
    assert len(caught.value.problems) == MAXIMUM_PROBLEMS + 1
    assert "the rest is not shown" in str(caught.value.problems[-1])


def test_what_a_constructor_refuses_has_its_place() -> None:
    with pytest.raises(InputError, match=r"f:1:1: from is after to"):
        decode(compose_document(SourceText("f", "{start: 2, end: 1}")), Range)


@dataclass(frozen=True, slots=True)
class Range:
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError("from is after to")


def test_an_instance_made_by_code_is_judged_too() -> None:
    places: dict[Path, Location] = {("words",): Location("--word")}
    tree = Tree(name="A", words=("one", "x"), labels={"B": "b"}, leaves=(Leaf("fast", -1.0),), note="a b")
    assert [str(problem) for problem in problems_in(tree, places)] == [
        'name: "A" is not a name; write lower case',
        'note: there is a space in "a b"',
        '--word: words[1]: "x" is not known, it is one of one, two, three',
        'labels: the key "B" is not a label name',
        "leaves[0].ratio: -1.0 is less than 0",
    ]
    assert problems_in(read(FULL), {}) == []


def test_name_of() -> None:
    assert name_of(("rules", "levels", "1")) == "rules.levels[1]"
    assert name_of(("a\x1b",)) == r"a\x1b"


@pytest.mark.parametrize("hint", [set[str], str | int, tuple[str, int], dict[int, str], bytes, Any])
def test_a_type_that_cannot_be_declared(hint: Any) -> None:
    with pytest.raises(TypeError, match="is not a type that can be declared"):
        shape_of(hint)


KEYS = (
    "version",
    "name",
    "honor",
    "note",
    "count",
    "on",
    "words",
    "labels",
    "leaf",
    "leaves",
    "by_name",
    "kind",
    "ratio",
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-1, 4)
    | st.sampled_from([0.5, 2.5, "a", "A", "1", "true", "auto", "fast", "slow", "one", "two", "a b", ""])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYS, "a", "B"]), inner, max_size=4)
        | st.fixed_dictionaries({"kind": st.sampled_from(["fast", "slow"])}, optional={"ratio": SCALARS})
    ),
    max_leaves=12,
)
TREES = st.fixed_dictionaries({"version": st.sampled_from([1, 2, 2, 3])}, optional=dict.fromkeys(KEYS[1:11], VALUES))
TREE_SCHEMA = json_schema(Tree, "tree")


@given(TREES | VALUES)
def test_decoding_and_the_schema_agree(value: object) -> None:
    """``check`` is beyond a schema, so notes with a space are left to decoding alone."""
    document = compose_document(SourceText("f", pyyaml.safe_dump(value)))
    try:
        tree = decode(document, Tree)
    except InputError as error:
        problems = error.problems
    else:
        problems = ()
        assert problems_in(tree, {}) == []
        assert decode(compose_document(SourceText("f", pyyaml.safe_dump(_plain(asdict(tree))))), Tree) == tree
    assert all(problem.location and problem.location.line for problem in problems)
    fits = jsonschema.Draft202012Validator(TREE_SCHEMA).is_valid(value)
    space_in_note = all("there is a space in" in problem.message for problem in problems)
    assert fits == (not problems) or (fits and space_in_note)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(TREE_SCHEMA)
    assert TREE_SCHEMA["required"] == ["version"]
    assert TREE_SCHEMA["properties"]["name"] == {
        "type": "string",
        "pattern": "^(?:[a-z0-9.]+)$",
        "description": "a name",
        "default": "x",
    }
