"""Prometheus' editor grammar, which its npm package brings, run by node."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from shared import ROOT

FOLDER = ROOT / ".cache" / "grammar"
_HERE = Path(__file__).parent


class Missing(Exception):
    """The oracle is not to be had here; the text says why."""


def packages() -> dict[str, str]:
    """Name and version of every package."""
    lines = (_HERE / "packages.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


def is_there() -> bool:
    """Whether the packages are there in their versions, and node."""
    return shutil.which("node") is not None and all(_version(name) == wanted for name, wanted in packages().items())


def fetch() -> None:
    """Bring the packages; none of their scripts runs. Raises Missing."""
    if is_there():
        return
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Missing("node and npm are not here")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (FOLDER / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        words = [f"{name}@{version}" for name, version in packages().items()]
        options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(FOLDER)]
        done = subprocess.run([npm, "install", *options, *words], capture_output=True, text=True, check=False)
    if done.returncode or not is_there():
        raise Missing(f"npm failed: {''.join(done.stderr.strip().splitlines()[-1:])}")


def judge(expressions: Sequence[str]) -> list[bool]:
    """Whether the grammar reads each without error."""
    done = subprocess.run(
        ["node", str(_HERE / "judge.mjs"), str(FOLDER)],
        input=json.dumps(list(expressions)),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(done.stdout)
    assert isinstance(answers, list)
    assert len(answers) == len(expressions)
    return answers


def _version(name: str) -> str:
    try:
        text = (FOLDER / "node_modules" / name / "package.json").read_text(encoding="utf-8")
    except OSError:
        return ""
    return str(json.loads(text)["version"])
