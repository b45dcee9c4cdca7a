"""A wheel, and a wheel built from the sdist, work in an empty environment outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gpurules.version import __version__
from shared import ROOT

NAME = f"gpurules-{__version__}"


def _run(words: list[str | Path], folder: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _build(kind: str, source: Path, target: Path) -> Path:
    _run([sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", target], source)
    return next(target.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


def _wheel(folder: Path) -> Path:
    return _build("wheel", ROOT, folder)


def _wheel_from_sdist(folder: Path) -> Path:
    with tarfile.open(_build("sdist", ROOT, folder)) as archive:
        archive.extractall(folder, filter="data")
    return _build("wheel", folder / NAME, folder / "from-sdist")


def _environment_with(wheel: Path, folder: Path) -> Path:
    """An environment that holds nothing but ``wheel``, and sees the dependencies of this one."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    _run(
        [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-index", "--no-deps", wheel],
        folder,
    )
    packages = next((folder / "lib").glob("python*/site-packages"))
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("build", [_wheel, _wheel_from_sdist], ids=["wheel", "wheel-from-sdist"])
def test_installed_package_renders_as_the_checkout_does(build: Callable[[Path], Path], tmp_path: Path) -> None:
    environment = _environment_with(build(tmp_path / "built"), tmp_path / "environment")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = _run([environment / "bin" / "python", "-c", "import gpurules; print(gpurules.__file__)"], elsewhere)
    assert Path(where.strip()).is_relative_to(environment)
    assert _run([environment / "bin" / "gpurules", "--version"], elsewhere) == f"gpurules {__version__}\n"
    rendered = _run([environment / "bin" / "gpurules", "render"], elsewhere)
    assert "record:" in rendered
    assert rendered == _run([sys.executable, "-m", "gpurules", "render"], elsewhere)
    words = ["scaffold", "--path", "vsock-sidecar"]
    scaffolded = _run([environment / "bin" / "gpurules", *words], elsewhere)
    assert "bridge.py: |-" in scaffolded
    assert scaffolded == _run([sys.executable, "-m", "gpurules", *words], elsewhere)


def test_wheel_holds_what_runs_and_nothing_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(_wheel(tmp_path)) as archive:
        names = set(archive.namelist())
    sources = [path for path in (ROOT / "gpurules").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    expected = {path.relative_to(ROOT).as_posix() for path in sources}
    templates = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    expected |= {f"gpurules/{path.relative_to(ROOT).as_posix()}" for path in templates}
    metadata = {name for name in names if name.startswith(f"{NAME}.dist-info/")}
    assert names - metadata == expected
    assert f"{NAME}.dist-info/licenses/LICENSE" in metadata


def test_sdist_holds_the_tests_and_no_cache(tmp_path: Path) -> None:
    with tarfile.open(_build("sdist", ROOT, tmp_path)) as archive:
        names = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    assert {"Makefile", "LICENSE", "templates", "tests/conftest.py"} <= {
        *names,
        *(name.split("/")[0] for name in names),
    }
    assert not [name for name in names if name.startswith((".venv", ".cache", ".git/", "rules.yaml"))]
