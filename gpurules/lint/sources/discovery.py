"""From what the user names to files: files, folders, patterns, and ``-`` for standard input."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.span import Location

ENDINGS = (".yaml", ".yml", ".rules")
MAXIMUM_FILES = 100_000
_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may hold rules. ``named``: the user named this very file, so that it must."""

    path: str
    named: bool


def find_files(arguments: Iterable[str]) -> tuple[Candidate, ...]:
    """Every file, once, in the order of the arguments; those of a folder sorted by path.

    A folder is searched for ``.yaml``, ``.yml`` and ``.rules``; what begins with a dot is skipped, and so is a symbolic
    link that leads out of it. Raises InputError for what is not there and for a pattern that nothing matches.
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
    elif os.path.lexists(argument):
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


def _matching(pattern: str) -> Iterator[Candidate]:
    paths = sorted(glob.iglob(pattern, recursive=True))
    if not paths:
        raise InputError(Problem("no file matches this pattern", Location(pattern)))
    root = os.path.realpath(
        pattern[: min(pattern.find(mark) for mark in _MAGIC if mark in pattern)].rpartition("/")[0] or "."
    )
    for path in paths:
        if os.path.isfile(path) and path.endswith(ENDINGS) and _stays_below(path, root):
            yield Candidate(path, False)


def _below(folder: str) -> Iterator[str]:
    root = os.path.realpath(folder)
    for here, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
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
