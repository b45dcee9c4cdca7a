"""What every test has at hand: golden files, the programs of tests/components.tsv, and no network beyond loopback."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import components
import network_guard
import rule_corpus

PROMTOOL_VERSIONS = ("2.42", "2.53", "3.5")

settings.register_profile("gpurules", deadline=None, max_examples=100, derandomize=components.in_ci())
settings.load_profile("gpurules")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write golden files instead of comparing with them")


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        network_guard.install(patch)
        yield


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """``golden(name, text)``: ``text`` is what the file ``goldens/name`` beside the test holds."""
    folder = request.path.parent / "goldens"
    update = bool(request.config.getoption("--update-goldens"))

    def compare(name: str, text: str) -> None:
        compare_with_file(folder / name, text, update)

    return compare


def compare_with_file(path: Path, text: str, update: bool) -> None:
    """Fail with a diff unless ``path`` holds exactly ``text``; when ``update`` is set, make it hold that."""
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return
    if not path.exists():
        pytest.fail(f"{path} is missing; make goldens writes it", pytrace=False)
    with path.open(encoding="utf-8", newline="") as file:
        expected = file.read()
    if expected != text:
        lines = difflib.unified_diff(
            expected.splitlines(), text.splitlines(), "golden file", "this run", n=2, lineterm=""
        )
        shown = "\n".join([line for line, _ in zip(lines, range(60), strict=False)])
        pytest.fail(f"{path} differs; make goldens rewrites it\n{shown}", pytrace=False)


@pytest.fixture(scope="session")
def promtool() -> Path:
    """The promtool that every rule must satisfy, the oldest there is."""
    return components.require("promtool")


@pytest.fixture(scope="session")
def victoria() -> Path:
    """A VictoriaMetrics of one process."""
    return components.require("victoria-metrics-1.112")


@pytest.fixture(scope="session", params=PROMTOOL_VERSIONS)
def each_promtool(request: pytest.FixtureRequest) -> Path:
    """One promtool after the other; the test runs once for each version and is skipped for one that is missing."""
    return components.require(f"promtool-{request.param}")


@pytest.fixture(scope="session")
def promtools() -> dict[str, Path]:
    """Every promtool there is, by version; skips where there is none."""
    found = {version: components.find(f"promtool-{version}") for version in PROMTOOL_VERSIONS}
    there = {version: path for version, path in found.items() if path}
    return there or {"on PATH": components.require("promtool")}


@pytest.fixture(scope="session")
def prometheus() -> Path:
    """A prometheus server's program."""
    return components.require("prometheus")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    absent = [f"{component.name} ({component.need})" for component in components.missing()]
    if absent:
        terminalreporter.write_line(f"components missing, their tests did not run: {', '.join(absent)}", yellow=True)
    without = [f"{package.name} of {package.suite} ({package.need})" for package in rule_corpus.missing()]
    if without:
        terminalreporter.write_line(f"rule files missing, their tests did not run: {', '.join(without)}", yellow=True)
