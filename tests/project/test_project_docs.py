"""Every command has a page, and what is generated in the pages is what the commands say today."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import click
import pytest

from gpurules.cli.root import COMMANDS, load, root
from shared import ROOT


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


@pytest.mark.parametrize("path", GENERATOR.pages(), ids=lambda path: path.name)
def test_page_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATOR.rewritten(path), "make docs rewrites it"


def test_no_page_without_a_command() -> None:
    folder = ROOT / "docs" / "cli"
    assert set(folder.iterdir()) == {path for path in GENERATOR.pages() if path.parent == folder}


def test_page_without_a_generated_part_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "render.md"
    page.write_text("# gpurules render\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no generated part"):
        GENERATOR.rewritten(page)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_a_summary_and_examples(name: str) -> None:
    with click.Context(root, info_name="gpurules") as parent:
        text = load(name).get_help(click.Context(load(name), parent=parent, info_name=name))
    assert re.search(rf"^ *Examples:\n *gpurules {name}", text, re.MULTILINE), text


def _written_commands() -> list[tuple[str, str]]:
    """Every line of README.md, docs/ and the helps that runs gpurules, with where it stands."""
    texts = {path.relative_to(ROOT).as_posix(): path for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]}
    sources = {name: path.read_text(encoding="utf-8") for name, path in texts.items()}
    sources |= {f"help of {name}": f"{load(name).help}\n{load(name).epilog}" for name in COMMANDS}
    line = re.compile(r"^ +(gpurules .+?)(?: {2,}#.*)?$", re.MULTILINE)
    return [(name, found[1]) for name, text in sources.items() for found in line.finditer(text)]


@pytest.mark.parametrize(("where", "written"), _written_commands())
def test_written_command_is_one_that_gpurules_takes(where: str, written: str) -> None:
    words = shlex.split(re.split(r" [|>] ", written)[0], comments=True)[1:]
    with click.Context(root, info_name="gpurules", help_option_names=["-h", "--help"]) as parent:
        if words[0].startswith("-"):
            root.make_parser(parent).parse_args(words)
            return
        assert words[0] in COMMANDS, where
        command = load(words[0])
        context = click.Context(command, parent=parent, info_name=words[0])
        command.make_parser(context).parse_args(words[1:])


def test_excerpt_in_the_readme_is_what_render_writes() -> None:
    block = re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block
    excerpt = re.split(r"^ +(?=# .*\n +- record:)", block[1], flags=re.MULTILINE)
    whole = (ROOT / "examples" / "defaults" / "rules.yaml").read_text(encoding="utf-8")
    assert len(excerpt) > 2
    assert [part for part in excerpt[1:] if part.rstrip() not in whole] == []
