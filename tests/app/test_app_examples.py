"""The committed output of every example is what gpurules makes of it, and promtool accepts it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from conftest import compare_with_file
from gpurules.app.rendering import render
from gpurules.config.load import load_config

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDERS = sorted(path.parent.name for path in EXAMPLES.glob("*/gpurules.yaml"))


@pytest.fixture
def rendered_example(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    def render_in(folder: str) -> str:
        monkeypatch.chdir(EXAMPLES / folder)
        return render(load_config(None)).text

    return render_in


def test_every_folder_is_an_example_and_is_listed() -> None:
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")

    assert sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()) == FOLDERS
    assert [folder for folder in FOLDERS if f"]({folder}/)" not in listed] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_committed_output(folder: str, rendered_example: Callable[[str], str], request: pytest.FixtureRequest) -> None:
    update = bool(request.config.getoption("--update-goldens"))

    compare_with_file(EXAMPLES / folder / "rules.yaml", rendered_example(folder), update)


@pytest.mark.parametrize("folder", FOLDERS)
def test_promtool_accepts_it(folder: str, each_promtool: Path, tmp_path: Path) -> None:
    document = yaml.safe_load((EXAMPLES / folder / "rules.yaml").read_text(encoding="utf-8"))
    groups = document.get("spec", document)["groups"]
    rules = tmp_path / "rules.yaml"
    rules.write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")

    checked = subprocess.run(
        [each_promtool, "check", "rules", rules], capture_output=True, text=True, timeout=60, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
