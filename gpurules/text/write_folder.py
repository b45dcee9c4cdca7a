"""Writing a folder of files in one step: the whole new folder or the old one, never a part."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from gpurules.text.errors import EnvironmentFault, InputError, Problem
from gpurules.text.signals import terminating
from gpurules.text.span import Location
from gpurules.text.write import write_atomically

MARKER = ".gpurules-files"
"""Lists the files that were written, so that a folder is replaced only when there is nothing else in it."""


def write_folder(path: str, files: Mapping[str, str]) -> None:
    """Makes the folder ``path`` hold ``files`` (names below it, with ``/``) and nothing else.

    An existing folder is replaced when it is empty or holds only what an earlier call has written. InputError for one
    that holds anything else, or for a name that leads out of it; EnvironmentFault for what the system refuses.
    """
    target = Path(os.path.abspath(path))
    _require_ours(target, path)
    try:
        with terminating(), tempfile.TemporaryDirectory(prefix=".gpurules-", dir=target.parent) as work:
            fresh, old = Path(work) / "new", Path(work) / "old"
            _write_all(fresh, files)
            if target.exists():
                target.rename(old)
            try:
                fresh.rename(target)
            except OSError:
                if old.exists():
                    old.rename(target)
                raise
            if old.exists():
                shutil.rmtree(old)
    except FileNotFoundError:
        raise EnvironmentFault(
            Problem("cannot write: the folder around it does not exist", Location(path), "create it first")
        ) from None
    except OSError as error:
        raise EnvironmentFault(Problem(f"cannot write: {error.strerror or error}", Location(path))) from None


def _write_all(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir()
    for name, text in files.items():
        parts = name.split("/")
        if any(part in ("", ".", "..") or "\0" in part for part in parts):
            raise InputError(Problem(f"{name!a} cannot be the name of a file in a folder"))
        file = folder.joinpath(*parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(str(file), text)
    (folder / MARKER).write_text("".join(f"{name}\n" for name in sorted(files)), encoding="utf-8")


def _require_ours(target: Path, path: str) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise InputError(Problem("this is no folder", Location(path), "name one that does not exist yet"))
    if not target.exists():
        return
    if Path.cwd().is_relative_to(target):
        raise InputError(Problem("the folder is the one you are in", Location(path), "name another one"))
    marker = target / MARKER
    ours = set(marker.read_text(encoding="utf-8", errors="replace").splitlines()) if marker.is_file() else set()
    for each in target.rglob("*"):
        name = each.relative_to(target).as_posix()
        if name not in ours and name != MARKER and (each.is_symlink() or not each.is_dir()):
            message = f"the folder holds {name!a}, which gpurules has not written"
            raise InputError(Problem(message, Location(path), "name a folder that is empty or does not exist yet"))
