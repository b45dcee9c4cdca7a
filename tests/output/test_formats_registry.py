"""Every format and every check is documented, and every format has its template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gpurules.conventions
import gpurules.output.formats
from gpurules.conventions.registry import RECORD_CHECKS
from gpurules.filling.templates import find_templates, read_template
from gpurules.output.formats.registry import FORMATS
from shared import ROOT

PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


def _declared_rules() -> set[str]:
    folders = [Path(package.__path__[0]) for package in (gpurules.conventions, gpurules.output.formats)]
    texts = [path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.py")]
    return {name for text in texts for name in re.findall(r'^[A-Z_]*RULE = "([^"]+)"$', text, re.MULTILINE)}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_complete(name: str) -> None:
    form = FORMATS[name]
    assert form.name == name
    assert f"\n## `{name}`\n" in PAGE
    assert f"--format {name}" in PAGE
    assert "groups" in (read_template(form.template) or "")


def test_every_file_is_registered() -> None:
    folder = Path(gpurules.output.formats.__path__[0])
    others = {"__init__", "format", "registry"}
    assert {path.stem for path in folder.glob("*.py")} - others == set(FORMATS)


def test_every_template_belongs_to_a_format() -> None:
    assert {entry.name for entry in find_templates().iterdir() if entry.is_file()} == {
        form.template for form in FORMATS.values()
    }


def test_every_check_is_documented() -> None:
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)) | {"rules-metadata"}
    assert documented == _declared_rules()
    assert documented >= RECORD_CHECKS.keys()
