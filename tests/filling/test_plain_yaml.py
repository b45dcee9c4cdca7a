"""Plain data as YAML says the same when it is read again."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gpurules.filling.plain_yaml import yaml_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["a\nb", "a\n", "\n", " a\nb", "no", "1", "1e3", "a: b", "- a", "null"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=25,
)  # fmt: skip


@given(value=st.dictionaries(TEXT, JSON, max_size=4), sort=st.booleans())
def test_it_reads_back(value: dict[str, Any], sort: bool) -> None:
    assert yaml.safe_load(yaml_text(value, sort=sort)) == value


def test_it_is_readable() -> None:
    value = {"b": [{"z": 1, "a": "x\ny"}, [1, []], {}], "a": {"k": None, "t": True}}
    assert yaml_text(value) == (
        "b:\n  - z: 1\n    a: |-\n      x\n      y\n  - - 1\n    - []\n  - {}\na:\n  k: null\n  t: true\n"
    )
    assert yaml_text(value, sort=True).startswith("b:\n  - a: |-\n      x\n      y\n    z: 1\n")


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        yaml_text({"a": object()})
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    with pytest.raises(ValueError, match="nested deeper"):
        yaml_text(deep)
