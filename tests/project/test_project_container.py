"""The container recipe, as far as a machine without a container engine can check it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from shared import ROOT

DOCKERFILE = ROOT / "Dockerfile"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions and their arguments."""
    text = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def arguments(name: str) -> list[str]:
    """The arguments of each instruction called ``name``."""
    return [words for instruction, words in instructions() if instruction == name]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps ``path`` out of the build: the last pattern that fits decides."""
    verdict = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        parts = Path(path).parts
        above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        names = parts if pattern.startswith("**/") else above
        if any(fnmatch(name, pattern.removeprefix("**/")) for name in names):
            verdict = not line.startswith("!")
    return verdict


def copied() -> Iterator[tuple[str, str]]:
    """Source in the checkout and place in the build stage, of each file that the first stage copies."""
    for words in arguments("COPY"):
        if words.startswith("--from"):
            continue
        *sources, target = shlex.split(words)
        for source in sources:
            assert (ROOT / source).exists(), source
            into = target.rstrip("/") if target != "./" else source
            files = [ROOT / source] if (ROOT / source).is_file() else sorted((ROOT / source).rglob("*"))
            for path in files:
                name = path.relative_to(ROOT).as_posix()
                if path.is_file() and not ignored(name):
                    yield name, (Path(into) / path.relative_to(ROOT / source)).as_posix().removesuffix("/.")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pyproject.toml", False),
        ("gpurules/data/dcgm/fields.tsv", False),
        ("gpurules/cli/__pycache__/root.cpython-313.pyc", True),
        ("gpurules/cli/root.pyc", True),
        (".git/config", True),
        (".venv/bin/python", True),
        ("tests/conftest.py", True),
        ("rules.yaml", True),
    ],
)
def test_what_is_kept_out_of_the_build(path: str, expected: bool) -> None:
    assert ignored(path) is expected


def test_what_is_copied_builds_the_whole_package(tmp_path: Path) -> None:
    for name, place in copied():
        (tmp_path / "source" / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "source" / place)
    wheels = [build(source, tmp_path / name) for name, source in (("here", ROOT), ("image", tmp_path / "source"))]
    assert names_in(wheels[0]) == names_in(wheels[1])


def build(source: Path, target: Path) -> Path:
    """The wheel of a source tree."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target],
        cwd=source,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=300,
        check=True,
    )
    return next(target.glob("*.whl"))


def names_in(wheel: Path) -> set[str]:
    """The files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_image_is_slim_and_runs_as_nobody() -> None:
    bases = [words.split()[0] for words in arguments("FROM")]
    assert bases == ["python:${PYTHON}-slim"] * 2
    assert arguments("ARG") == ["PYTHON=3.13"]
    (user,) = arguments("USER")
    assert all(part.isdecimal() and int(part) > 0 for part in user.split(":"))
    assert [name for name, _ in instructions()].index("USER") < [name for name, _ in instructions()].index("ENTRYPOINT")


def test_programs_are_run_without_a_shell() -> None:
    for words in (*arguments("RUN"), *arguments("ENTRYPOINT"), *arguments("CMD")):
        assert isinstance(json.loads(words), list)


def test_entry_point_is_installed_where_the_image_looks() -> None:
    (entry,) = (json.loads(words) for words in arguments("ENTRYPOINT"))
    environment = next(json.loads(words)[-1] for words in arguments("RUN") if "venv" in words)
    assert entry == [f"{environment}/bin/gpurules"]
    assert f"--from=build {environment} {environment}" in arguments("COPY")
    assert f"PATH={environment}/bin:$PATH" in arguments("ENV")[0]
    assert Path(sys.executable).with_name("gpurules").exists()
