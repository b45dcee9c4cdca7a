"""The completion scripts, run by the shells where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gpurules.cli.completion import SHELLS, script
from gpurules.cli.main import run
from gpurules.cli.root import COMMANDS


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with ``gpurules`` in it, which runs this interpreter's."""
    wrapper = tmp_path / "gpurules"
    wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gpurules "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("shell", SHELLS)
def test_script_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    out, err = capsys.readouterr()
    assert out == script(shell)
    assert "_GPURULES_COMPLETE" in out
    assert err == ""


def test_zsh_finds_the_script_by_its_first_line() -> None:
    assert script("zsh").startswith("#compdef gpurules\n")


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["gpurules", "re"], ["render"], id="one-command"),
        pytest.param(["gpurules", ""], list(COMMANDS), id="every-command"),
        pytest.param(["gpurules", "--ver"], ["--version"], id="option"),
        pytest.param(["gpurules", "completion", "f"], ["fish"], id="argument"),
    ],
)
def test_bash_completes(words: list[str], expected: list[str], program: Path) -> None:
    quoted = " ".join(f"'{word}'" for word in words)
    asked = (
        f'COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _gpurules_completion gpurules; echo "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{script('bash')}\n{asked}"],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{program}{os.pathsep}{os.environ['PATH']}"},
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == expected, done.stderr


def test_completing_commands_imports_none_of_them(program: Path) -> None:
    code = (
        "import os, sys\n"
        "os.environ.update(_GPURULES_COMPLETE='fish_complete', COMP_WORDS='gpurules ', COMP_CWORD='')\n"
        "from gpurules.cli.main import run\n"
        "run([])\n"
        "print([name for name in sys.modules if name in " + repr([module for module, _ in COMMANDS.values()]) + "])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    *_, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    assert all(name in done.stdout for name in COMMANDS)
