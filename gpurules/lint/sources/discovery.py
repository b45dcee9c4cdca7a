"""From what the user names to files: files, folders, patterns, and ``-`` for standard input."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from gpurules.text.errors import EnvironmentFault, InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.span import Location

ENDINGS = (".yaml", ".yml", ".rules")
MAXIMUM_FILES = 100_000
_OF_FILE_SYSTEM = "lost+found"
"""At the top of a volume; nobody but root may read it, and nobody keeps rules there."""
_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may hold rules. ``named``: the user named this very file, so that it must."""

    path: str
    named: bool


def find_files(arguments: Iterable[str]) -> tuple[Candidate, ...]:
    """Every file, once, in the order of the arguments; those of a folder sorted by path.

    A folder is searched for ``.yaml``, ``.yml`` and ``.rules``; what begins with a dot is skipped, and so is a symbolic
    link that leads out of it. Raises InputError for what is not there and for a pattern that nothing matches,
    EnvironmentFault for a folder that may not be read: a run that sees only a part of the rules must not pass.
    """
    found: dict[str, Candidate] = {}
    for argument in arguments:
        for candidate in _expand(argument):
            found.setdefault(os.path.normpath(candidate.path), candidate)
            if len(found) > MAXIMUM_FILES:
                raise InputError(Problem(f"there are more than {MAXIMUM_FILES:,} files", Location(argument)))
    return tuple(found.values())


def _expand(argument: str) -> Iterator[Candidate]:
    if argument == "-":
        yield Candidate("-", True)
    elif os.path.isdir(argument):
        yield from (Candidate(path, False) for path in _below(argument))
    elif _is_there(argument):
        yield Candidate(argument, True)
    elif _MAGIC & set(argument):
        yield from _matching(argument)
    else:
        folder, name = os.path.split(argument)
        try:
            near = did_you_mean(name, os.listdir(folder or "."))
        except (OSError, ValueError):
            near = ""
        raise InputError(Problem("there is no such file or folder", Location(argument), near))


def _is_there(path: str) -> bool:
    try:
        os.lstat(path)
    except PermissionError as error:
        _refuse(error)
    except (OSError, ValueError):
        return False
    return True


def _refuse(error: OSError) -> NoReturn:
    raise EnvironmentFault(Problem(f"cannot look there: {error.strerror}", Location(str(error.filename)))) from None


def _matching(pattern: str) -> Iterator[Candidate]:
    begin, slash, _ = pattern[: min(pattern.find(mark) for mark in _MAGIC if mark in pattern)].rpartition("/")
    fixed = begin or slash or "."
    if os.path.isdir(fixed):
        # A pattern itself passes over what may not be read.
        for _ in _walk(fixed, "**" in pattern):
            pass
    paths = sorted(glob.iglob(pattern, recursive=True))
    if not paths:
        raise InputError(Problem("no file matches this pattern", Location(pattern)))
    root = os.path.realpath(fixed)
    for path in paths:
        if os.path.isfile(path) and path.endswith(ENDINGS) and _stays_below(path, root):
            yield Candidate(path, False)


def _walk(folder: str, deep: bool = True) -> Iterator[tuple[str, list[str]]]:
    """Every folder that is searched, with the names in it."""
    for here, folders, files in os.walk(folder, onerror=_refuse, followlinks=False):
        folders[:] = sorted(name for name in folders if deep and not name.startswith(".") and name != _OF_FILE_SYSTEM)
        yield here, sorted(files)


def _below(folder: str) -> Iterator[str]:
    root = os.path.realpath(folder)
    for here, files in _walk(folder):
        for name in files:
            path = os.path.normpath(os.path.join(here, name))
            if (
                not name.startswith(".")
                and name.endswith(ENDINGS)
                and os.path.isfile(path)
                and _stays_below(path, root)
            ):
                yield os.path.normpath(path)


def _stays_below(path: str, root: str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(root)
