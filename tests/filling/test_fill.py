"""Templates lay out, and can do nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gpurules.filling.fill import fill
from gpurules.text.errors import InputError


def filled(folder: Path, template: str, **values: object) -> str:
    (folder / "t.j2").write_text(template, encoding="utf-8")
    return fill("t.j2", values, folder)


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("k: [[ v ]]", "plain", "k: plain"),
        ("k: [[ v ]]", "yes", 'k: "yes"'),
        ("k: [[ v ]]", "a\nb: c", 'k: "a\\nb: c"'),
        ("k: [[ v ]]", 3, 'k: "3"'),
        ("k: [[ v | number ]]", 3, "k: 3"),
        ("k: [[ v ]]", True, 'k: "true"'),
        ("k: [[ v ]]", 1.5, 'k: "1.5"'),
        ("k: [[ v | block(2) ]]", "a\nb", "k: |-\n  a\n  b"),
        ("[[ v | comment ]]", "a\nb", "# a b"),
        ("k: [[ v | block(2) ~ v ]]", "a", 'k: "|-\\n  aa"'),
        ("k: [[ (v | comment) | upper ]]", "a", 'k: "# A"'),
        ("k: [[ v | comment + v ]]", "a", 'k: "# aa"'),
        ("k: [[ v | safe ]]", "a: b", 'k: "a: b"'),
        ("k: [[ v | tojson ]]", "a: b", 'k: "\\"a: b\\""'),
        ("k: [[ 'x: ' ~ v ]]", "y", 'k: "x: y"'),
        ("k: [[ 'x: y' ]]", "", 'k: "x: y"'),
        ("k: {{ $labels.x }}", "", "k: {{ $labels.x }}"),
        ("[# nothing #]k", "", "k"),
        ("[% if v %]\n  [% set w = v %]\nk: [[ w ]]\n[% endif %]\n", "a", "k: a\n"),
        ("[% macro m(x) %]\nk: [[ x ]]\n[% endmacro %]\n[[ m(v) ]]", "a", '"k: a\\n"'),
    ],
)
def test_every_value_is_yaml(tmp_path: Path, template: str, value: object, text: str) -> None:
    assert filled(tmp_path, template, v=value) == text


@given(value=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_value_breaks_out(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    template = (
        "[[ v | comment ]]\na: [[ v ]]\nb:\n  - [[ v ]]\n  - [[ v | block(4) ]]\n  [[ v | comment(2) ]]\nc: end\n"
    )
    assert yaml.safe_load(filled(folder, template, v=value)) == {"a": value, "b": [value, value], "c": "end"}


@pytest.mark.parametrize(
    ("template", "line", "says"),
    [
        ("a\nb: [[ missing ]]\n", 2, "'missing' is undefined"),
        ("a\n\nb: [[ v.missing ]]\n", 3, "has no attribute 'missing'"),
        ("[% for x in v %]\n", 1, "endfor"),
        ("a\n[[ v | nonsense ]]", 2, "nonsense"),
        ("a\n[[ v | number ]]", 2, "'x' is not a whole number"),
        ("a\n[[ 1 / 0 ]]", 2, "ZeroDivisionError"),
        ("a\n\n[[ none ]]", 3, "NoneType is not a value"),
        ("a\n[[ [1] ]]", 2, "list is not a value"),
        ("[[ v.__class__ ]]", 1, "unsafe"),
        ("[[ ''.__class__.__mro__ ]]", 1, "unsafe"),
        ("[[ '{0.__class__}'.format(v) ]]", 1, "unsafe"),
        ("[% for x in range(10000000) %][% endfor %]", 1, "range"),
        ("[% include 't.j2' %]", 0, "too deep"),
    ],
)
def test_errors_name_the_line(tmp_path: Path, template: str, line: int, says: str) -> None:
    with pytest.raises(InputError) as caught:
        filled(tmp_path, template, v="x")
    (problem,) = caught.value.problems
    assert problem.location is not None
    assert problem.location.file == str(tmp_path / "t.j2")
    assert problem.location.line == line
    assert says in problem.message
    assert "\n" not in str(problem)


@pytest.mark.parametrize("name", ["absent.j2", "../t.j2", "/etc/passwd", "", "a/b.j2", ".hidden", "a\0"])
def test_unknown_templates(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="there is no template"):
        fill(name, {}, tmp_path)


def test_include_reaches_no_other_folder(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    with pytest.raises(InputError, match="there is no template"):
        filled(folder, "[% include '../secret' %]")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe", "UTF-16"), (b"a: \xff", "not UTF-8"), (b"x" * ((1 << 20) + 1), "more than")],
    ids=["utf-16", "latin-1", "too large"],
)
def test_unreadable_templates(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "t.j2").write_bytes(content)
    with pytest.raises(InputError, match=says):
        fill("t.j2", {}, tmp_path)
