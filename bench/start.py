"""How long commands take, against importing click, jinja2, yaml and promql_parser in a bare interpreter."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ratio import Ratio

PROGRAM = str(Path(sys.executable).with_name("gpurules"))
IMPORTS = [sys.executable, "-c", "import click, jinja2, yaml, promql_parser"]
WHEREBY = "the four imports"


def start(rounds: int = 31) -> Iterator[Ratio]:
    """``gpurules --help``."""
    helped, imported = alternate([[PROGRAM, "--help"], IMPORTS], rounds)
    yield Ratio("gpurules --help", helped, WHEREBY, imported, 0.6)


def render(rounds: int = 11) -> Iterator[Ratio]:
    """``gpurules render`` with the default counters, and with every field that the catalog knows."""
    with tempfile.TemporaryDirectory() as folder:
        counters = Path(folder) / "every.csv"
        count = write_every_counter(counters)
        everything = [PROGRAM, "render", "--counters", str(counters)]
        default, every, imported = alternate([[PROGRAM, "render"], everything, IMPORTS], rounds)
    yield Ratio("gpurules render", default, WHEREBY, imported, 2.5)
    yield Ratio(f"gpurules render, {count} fields", every, WHEREBY, imported, 8)


def write_every_counter(path: Path) -> int:
    """Write a counters file with every field of the catalog that can be exported, and return how many."""
    from gpurules.catalog.load import load_catalog

    fields = [field for field in load_catalog().fields if field.name.startswith("DCGM_FI_") and field.id >= 0]
    path.write_text("".join(f"{field.name}, gauge, {field.id}\n" for field in fields), encoding="utf-8")
    return len(fields)


def alternate(commands: list[list[str]], rounds: int) -> list[float]:
    """The median of each command's seconds, the commands run in turn so that all share what disturbs the machine."""
    for command in commands:
        seconds(command)
    taken = [[seconds(command) for command in commands] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def seconds(command: list[str]) -> float:
    """How long ``command`` runs. Raises CalledProcessError where it fails."""
    # Where Python is told to keep no compiled modules, every start compiles those that changed since they were.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = time.perf_counter()
    subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        check=True,
    )
    return time.perf_counter() - before
