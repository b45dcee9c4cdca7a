"""Which costly modules each command line loads, against the committed table ``imports.tsv``."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gpurules.cli.root import COMMANDS

COSTLY = (
    "aiohttp",
    "asyncio",
    "click",
    "concurrent.futures",
    "difflib",
    "email",
    "gpurules.catalog.reading",
    "gpurules.conventions.targets",
    "gpurules.labels.user",
    "http.client",
    "importlib.metadata",
    "importlib.resources",
    "jinja2",
    "json",
    "kubernetes",
    "logging",
    "multiprocessing",
    "promql_parser",
    "rich",
    "ssl",
    "subprocess",
    "typing_extensions",
    "unittest",
    "urllib.request",
    "yaml",
)
TABLE = Path(__file__).with_name("imports.tsv")
HEADING = "# What a command line loads of the modules that are dear to import. make goldens rewrites it.\n"
RUNS = (
    "--version",
    "render",
    "render --explain",
    "fields power",
    "labels kubevirt_vmi_info",
    "lint rules.yaml",
    "explain syntax/promql",
    "type up",
    "scaffold --path pod-network",
    "config",
    "probe --explain silent",
    "completion bash",
)
COMMAND_LINES = ("--help", *(f"{name} --help" for name in COMMANDS), *RUNS)

PROBE = """\
import sys
from gpurules.cli.main import run
code = run(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    print(code, *sys.modules, file=file)
"""


def _loaded(command_line: str, folder: Path) -> str:
    """The costly modules that ``command_line`` loads in a fresh interpreter, in a folder with one rule file."""
    (folder / "rules.yaml").write_text("groups: [{name: a, rules: [{record: b, expr: up}]}]\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-I", "-c", PROBE, "modules", *shlex.split(command_line)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=120,
        check=True,
    )
    code, *modules = (folder / "modules").read_text(encoding="utf-8").split()
    assert code == "0", f"gpurules {command_line} failed"
    return " ".join(name for name in COSTLY if name in modules)


def _committed() -> dict[str, str]:
    lines = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("command_line", COMMAND_LINES)
def test_costly_imports(command_line: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    loaded = _loaded(command_line, tmp_path)
    committed = _committed()
    if request.config.getoption("--update-goldens"):
        committed[command_line] = loaded
        rows = [f"{line}\t{committed[line]}\n" for line in COMMAND_LINES if line in committed]
        TABLE.write_text(HEADING + "".join(rows), encoding="utf-8")
        return
    assert loaded == committed.get(command_line), f"gpurules {command_line} loads other modules than {TABLE.name} says"


def test_table_has_a_line_for_every_command_line() -> None:
    assert tuple(_committed()) == COMMAND_LINES


def test_help_loads_click_and_nothing_else() -> None:
    assert _committed()["--help"] == "click"
