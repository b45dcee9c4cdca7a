"""The page and the schema of the configuration file say what the declarations say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from conftest import compare_with_file
from gpurules.cli.options import FLAGS, member_of
from gpurules.cli.root import root
from gpurules.config.load import read_config
from gpurules.config.model import Config
from gpurules.config.print import to_yaml
from gpurules.config.reference import key_table, schema_text
from gpurules.config.settings import Sourced, validated
from gpurules.text.declare import Form, Member, members_of
from gpurules.text.span import SourceText

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "configuration.md"
PART = re.compile(r"(?<=<!-- generated: configuration keys -->\n).*?(?=<!-- end -->)", re.DOTALL)


def members() -> list[tuple[str, Member]]:
    sections = members_of(Config)
    found = [(section.name, section) for section in sections]
    found += [
        (f"{section.name}.{member.name}", member)
        for section in sections
        if section.shape.form is Form.SECTION
        for member in members_of(section.shape.of)
    ]
    return found


def test_the_page_has_every_key(request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    compare_with_file(
        PAGE, PART.sub(lambda _: f"\n{key_table()}\n", page), bool(request.config.getoption("--update-goldens"))
    )
    assert PART.search(page)


def test_the_schema_in_docs_is_the_one_that_is_printed(request: pytest.FixtureRequest) -> None:
    update = bool(request.config.getoption("--update-goldens"))
    compare_with_file(DOCS / "gpurules.schema.json", schema_text(), update)
    printed = CliRunner().invoke(root, ["config", "--json-schema"])
    assert (printed.exit_code, printed.output) == (0, schema_text())


def test_the_schema_is_printed_beside_a_broken_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gpurules.yaml").write_text("[")
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(root, ["config", "--json-schema"]).exit_code == 0


def test_the_schema_accepts_the_defaults_and_the_page_s_example() -> None:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    example = PAGE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    for text in (to_yaml(Config()), example):
        jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text))
        validated(read_config(SourceText("gpurules.yaml", text)))


@pytest.mark.parametrize(("name", "member"), members(), ids=[name for name, _ in members()])
def test_every_key_has_a_help_and_an_example_that_holds(name: str, member: Member) -> None:
    assert member.description.help.endswith(".")
    if member.shape.form is Form.SECTION:
        return
    section, _, key = name.rpartition(".")
    text = f"version: 1\n{section}:\n  {key}: {member.description.example}\n" if section else "version: 1\n"
    sourced = read_config(SourceText("gpurules.yaml", text))
    assert (*name.split("."),) in sourced.places or not section
    validated(Sourced(sourced.config, sourced.places))


def test_every_key_but_the_settings_of_fields_has_a_flag() -> None:
    keys = {name for name, member in members() if member.shape.form is not Form.SECTION}
    assert {f"{flag.section}.{flag.key}" for flag in FLAGS} == keys - {"version", "rules.fields"}
    assert len({flag.flag for flag in FLAGS}) == len(FLAGS)
    for flag in FLAGS:
        member = member_of(flag)
        assert flag.metavar or member.description.choices or member.shape.of is bool
