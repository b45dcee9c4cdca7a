"""A text as a YAML scalar is read back as this text by every reader."""

from __future__ import annotations

import pytest
import yaml as pyyaml
from hypothesis import example, given
from hypothesis import strategies as st

from gpurules.text.node import to_plain
from gpurules.text.quote import yaml_scalar
from gpurules.text.span import SourceText
from gpurules.text.yaml import compose_document


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("pod-network", "pod-network"),
        ("v1.6", "v1.6"),
        ("30s", "30s"),
        ("../a.csv", "../a.csv"),
        ("", '""'),
        ("y", '"y"'),
        ("null", '"null"'),
        ("1.6", '"1.6"'),
        ("4.5.3-4.8.2", '"4.5.3-4.8.2"'),
        ("2026-01-01", '"2026-01-01"'),
        ("12:30", '"12:30"'),
        ("...", '"..."'),
        ("-", '"-"'),
        ("a: b", '"a: b"'),
        ('job="x"', "'job=\"x\"'"),
        ('it\'s "x"', '"it\'s \\"x\\""'),
        ("a\n\x1b\u2028", r'"a\n\x1b\u2028"'),
    ],
)
def test_written(text: str, written: str) -> None:
    assert yaml_scalar(text) == written


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.from_regex(r"[-+.0-9a-zA-Z_]{1,8}"))
@example("\ufeff")
@example("\x85")
@example("1e3")
@example("0o7")
def test_read_back_by_both_readers(text: str) -> None:
    written = yaml_scalar(text)
    assert "\n" not in written
    assert to_plain(compose_document(SourceText("f", f"- a: {written}\n  b: [{written}]\n"))) == [
        {"a": text, "b": [text]}
    ]
    assert pyyaml.safe_load(f"a: {written}\n{written}: [{written}]\n") in ({"a": text, text: [text]}, {"a": [text]})
