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
from gpurules.app.test import Request as Orders
from gpurules.app.test import prepare
from gpurules.app.test_files import files
from gpurules.config.load import load_config
from gpurules.text.write_folder import MARKER

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


TESTED = {"with-tests": ("migration", "failover_overlap", "spoofing")}
"""Examples with tests to keep, and the scenarios that they tell."""


@pytest.mark.parametrize("folder", TESTED)
def test_committed_tests(folder: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.chdir(EXAMPLES / folder)
    texts = files(prepare(load_config(None), Orders(TESTED[folder])), "promtool")
    update = bool(request.config.getoption("--update-goldens"))

    for name, text in {**texts, MARKER: "".join(f"{name}\n" for name in sorted(texts))}.items():
        compare_with_file(EXAMPLES / folder / "tests" / name, text, update)
    assert {path.name for path in Path("tests").iterdir()} == {*texts, MARKER}
    assert len(texts) == len(TESTED[folder]) + 1
    scenarios = " ".join(f"--scenario {name}" for name in TESTED[folder])
    assert f"`gpurules test {scenarios} -o tests`" in (EXAMPLES / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", TESTED)
def test_committed_tests_pass(folder: str, each_promtool: Path) -> None:
    tests = sorted(path.name for path in (EXAMPLES / folder / "tests").glob("*_test.yaml"))
    command: list[str | Path] = [each_promtool, "test", "rules", *tests]
    done = subprocess.run(command, cwd=EXAMPLES / folder / "tests", capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("SUCCESS") == len(tests)


FOR_OTHERS = {"partial_response_strategy": "Thanos Ruler"}
"""Settings of a group that Prometheus does not read, in no version."""
SINCE = {"query_offset": (2, 53)}
"""Settings that Prometheus reads since a version; an older one must refuse the file, which ``--target`` says."""


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("version", PROMTOOL_VERSIONS)
def test_promtool_accepts_it(folder: str, version: str, tmp_path: Path) -> None:
    promtool = components.require(f"promtool-{version}")
    groups = []
    for document in yaml.load_all((EXAMPLES / folder / "rules.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader):
        groups += document.get("spec", document)["groups"]
    settings = {key for group in groups for key in group}
    rules = tmp_path / "rules.yaml"
    read = [{key: value for key, value in group.items() if key not in FOR_OTHERS} for group in groups]
    rules.write_text(yaml.dump({"groups": read}, Dumper=yaml.CSafeDumper), encoding="utf-8")

    checked = subprocess.run(
        [promtool, "check", "rules", rules], capture_output=True, text=True, timeout=60, check=False
    )

    missing = [key for key in settings & SINCE.keys() if tuple(map(int, version.split("."))) < SINCE[key]]
    said = checked.stdout + checked.stderr
    assert checked.returncode == (1 if missing else 0), said
    assert all(f"field {key} not found" in said for key in missing)
