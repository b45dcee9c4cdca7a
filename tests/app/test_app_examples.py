"""The committed output of every example is what gpurules makes of it, and promtool accepts it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import components
from conftest import PROMTOOL_VERSIONS, compare_with_file
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


FOR_OTHERS = {"partial_response_strategy": "Thanos Ruler"}
"""Settings of a group that Prometheus does not read, in no version."""
SINCE = {"query_offset": (2, 53)}
"""Settings that Prometheus reads since a version; an older one must refuse the file, which ``--target`` says."""


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("version", PROMTOOL_VERSIONS)
def test_promtool_accepts_it(folder: str, version: str, tmp_path: Path) -> None:
    promtool = components.require(f"promtool-{version}")
    groups = []
    for document in yaml.safe_load_all((EXAMPLES / folder / "rules.yaml").read_text(encoding="utf-8")):
        groups += document.get("spec", document)["groups"]
    settings = {key for group in groups for key in group}
    rules = tmp_path / "rules.yaml"
    read = [{key: value for key, value in group.items() if key not in FOR_OTHERS} for group in groups]
    rules.write_text(yaml.safe_dump({"groups": read}), encoding="utf-8")

    checked = subprocess.run(
        [promtool, "check", "rules", rules], capture_output=True, text=True, timeout=60, check=False
    )

    missing = [key for key in settings & SINCE.keys() if tuple(map(int, version.split("."))) < SINCE[key]]
    said = checked.stdout + checked.stderr
    assert checked.returncode == (1 if missing else 0), said
    assert all(f"field {key} not found" in said for key in missing)
