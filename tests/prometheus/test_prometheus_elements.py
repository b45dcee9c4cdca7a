"""Answers read in pieces: the same as read at once, whatever the pieces and whatever stands in labels."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.cluster.prometheus import elements
from gpurules.cluster.prometheus.elements import Elements, Malformed

TEXT = st.text(max_size=8) | st.sampled_from(
    ['"result":[', '"result": [{', '\\"result":[', "]}", '"]', "\\", "🦊", "\x1b"]
)
LABELS = st.dictionaries(TEXT | st.just("result"), TEXT, max_size=3)
ELEMENT = (
    st.builds(lambda labels, value: {"metric": labels, "value": value}, LABELS, TEXT)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)


def read(text: str, cuts: list[int], key: str = "result") -> tuple[list[Any], dict[str, Any]]:
    """The elements and the rest of ``text``, fed in pieces of these lengths."""
    found: list[Any] = []
    reader = Elements(key, found.append)
    data = text.encode("utf-8", "surrogatepass")
    for cut in cuts:
        reader.feed(data[:cut])
        data = data[cut:]
    reader.feed(data)
    return found, reader.end()


@given(
    before=LABELS,
    items=st.lists(ELEMENT, max_size=6),
    after=LABELS,
    indent=st.none() | st.integers(0, 2),
    data=st.data(),
)
def test_pieces_are_read_as_the_whole(
    before: dict[str, str], items: list[Any], after: dict[str, str], indent: int | None, data: st.DataObject
) -> None:
    before.pop("data", None)
    after.pop("data", None)
    whole = {**before, "data": {"resultType": "vector", "result": items}, **after}
    text = json.dumps(whole, indent=indent)
    cuts = data.draw(st.lists(st.integers(1, max(1, len(text) // 3)), max_size=12))
    assert read(text, cuts) == (items, {**whole, "data": {"resultType": "vector", "result": []}})


@given(text=st.text(max_size=60) | st.sampled_from(["{", "[", "null", '{"result":[', '{"result":[1,', "\x00"]))
def test_nothing_else_than_malformed_comes_of_nonsense(text: str) -> None:
    try:
        read(text, [1, 2, 3])
    except Malformed:
        return
    assert isinstance(json.loads(text), dict)


WHOLE = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"2"]},{"x":"y"}]}}'


@pytest.mark.parametrize("length", range(1, len(WHOLE)))
def test_every_cut_end_is_said(length: int) -> None:
    with pytest.raises(Malformed, match="breaks off"):
        read(WHOLE[:length], [length // 2])


BAD = [
    ("", "breaks off"),
    ("<html>", "no JSON object"),
    ("[1]", "no JSON object"),
    ('{"result":[' + "[" * 100_000, "nested too deeply"),
    ('{"a":' + "[" * 100_000 + "}", "no JSON"),
    ('{"a":tru}', "no JSON"),
    ('{"a":"b', "breaks off"),
    ('{"result":[{"a" "b"}]}', "breaks off"),
    ('{"result":[1 2]}', "breaks off"),
    ('{"result":[1]}}', "no JSON"),
]


@pytest.mark.parametrize(("text", "says"), BAD, ids=[row[0][:20] for row in BAD])
def test_what_is_no_answer(text: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        read(text, [5])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a":"' + "x" * 3000, "far too long"),
        ('{"result":["' + "x" * 3000, "far too long"),
        ('{"result":[1],"a":"' + "x" * 3000, "far too long"),
    ],
)
def test_what_has_no_end(text: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "LARGEST_ELEMENT", 2000)
    monkeypatch.setattr(elements, "LARGEST_REST", 2000)
    with pytest.raises(Malformed, match=says):
        read(text, [100] * 30)
