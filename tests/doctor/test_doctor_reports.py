"""The forms of the report: whole outputs, and that nothing a guest or a server wrote can do harm in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import jsonschema
import pytest
from doctor_cases import CASES
from test_doctor_scenarios import examined_on_prometheus

from gpurules.doctor.model import Labels, Report, Severity
from gpurules.doctor.report.registry import FORMS
from gpurules.doctor.report.schema import schema

ROOT = Path(__file__).resolve().parent.parent.parent
HOSTILE = "\x1b]0;owned\x07\x9b31m\u202e\r\n<script>alert(1)</script>[link=http://x]" + "x" * 5000


OURS = ("id", "question", "path", "paths", "key", "state", "identity", "subject", "advice", "config")
"""Texts that no guest and no server can write."""


def hostile(hint: Any, name: str = "") -> Any:
    """A value of a type of the model in which every text that others can write is one that means harm."""
    if hint is str and name in OURS:
        return "word"
    if hint == Labels:
        return ((HOSTILE, HOSTILE), ("__name__", HOSTILE))
    if hint is str:
        return HOSTILE
    if hint in (int, float):
        return hint(3)
    if hint is bool:
        return True
    if hint is Severity:
        return Severity.ERROR
    if get_origin(hint) is tuple:
        return (hostile(get_args(hint)[0], name),) * 2
    assert is_dataclass(hint)
    assert isinstance(hint, type)
    hints = get_type_hints(hint)
    return hint(**{one.name: hostile(hints[one.name], one.name) for one in fields(hint)})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("width", [0, 40, 200])
def test_nothing_in_a_report_can_steer_a_terminal_or_a_browser(form: str, width: int) -> None:
    text = FORMS[form].write(replace(hostile(Report), width=width))
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "<script>alert" not in text or form != "html"
    assert text.endswith("\n")
    if form == "text":
        assert len(text) < 60_000


def test_json_of_any_report_is_as_the_schema_says() -> None:
    document = json.loads(FORMS["json"].write(hostile(Report)))
    allowed = schema()
    found = allowed["properties"]["findings"]["items"]["properties"]
    found["id"] = found["question"] = {"type": "string"}
    jsonschema.Draft202012Validator(allowed).validate(document)


def test_the_schema_is_published() -> None:
    published = json.loads((ROOT / "docs" / "doctor.schema.json").read_text(encoding="utf-8"))
    assert published == schema()
    jsonschema.Draft202012Validator.check_schema(published)


def test_every_form_is_named_and_documented() -> None:
    page = (ROOT / "docs" / "cli" / "doctor.md").read_text(encoding="utf-8")
    for name, form in FORMS.items():
        assert form.name == name
        assert name in page


@pytest.mark.parametrize("name", ["a guest that claims another VM", "two VMs on one node", "two shards"])
def test_the_whole_text(
    name: str, promtool: Path, prometheus: Path, tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    report = examined_on_prometheus(CASES[name], promtool, prometheus, tmp_path)
    shown = replace(report, server="http://prometheus.example:9090", width=100)
    golden(f"{name.replace(' ', '-')}.txt", FORMS["text"].write(shown))
