"""Asks git what was there before, without a shell, and so that nothing in the repository or the environment runs a
program.

Only commits and the index are read, never the work tree, so that no filter is run on it. Variables ``GIT_*`` that name
programs, configuration or files to write are not passed on; external diff drivers, text converters, the file system
monitor, hooks and pagers are off; the revision cannot be taken for an option.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from gpurules.text.errors import EnvironmentFault, InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.read import DEFAULT_LIMIT
from gpurules.text.terminal import safe

PASSED_ON = frozenset(
    (
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_CEILING_DIRECTORIES",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_DEFAULT_HASH",
    )
)
"""The variables of git that say where the repository is, as hooks set them."""

_OPTIONS = ("--no-pager", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree. ``top``: its folder, without symbolic links."""

    top: str

    def resolve(self, revision: str) -> str:
        """The commit that ``revision`` names. InputError with the nearest branch or tag where there is none."""
        answer = _git(self.top, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"])
        commit = _line(answer)
        if answer.returncode or not commit:
            names = _git(self.top, ["for-each-ref", "--format=%(refname:short)", "--count=10000"]).stdout
            near = did_you_mean(revision, names.decode("utf-8", "replace").splitlines())
            advice = near or "name a branch, a tag or a commit; where a shallow clone lacks it, fetch it first"
            raise InputError(Problem(f'--diff: git knows no commit "{safe(revision, 100)}"', advice=advice))
        return commit

    def fork_point(self, commit: str) -> str:
        """The last commit that ``commit`` and HEAD have in common; ``commit`` where there is none."""
        return _line(_git(self.top, ["merge-base", commit, "HEAD"])) or commit

    def files(self, commit: str) -> dict[str, str]:
        """Path and blob of every regular file of ``commit``; no symbolic link, no submodule."""
        answer = _checked(self.top, ["ls-tree", "-r", "-z", "--full-tree", commit])
        found = {}
        for entry in answer.split(b"\0"):
            about, tab, path = entry.partition(b"\t")
            if tab and about.startswith(b"100"):
                found[os.fsdecode(path)] = about.split()[2].decode("ascii")
        return found

    def renames(self, commit: str) -> dict[str, str]:
        """New path -> path in ``commit``, for what the index holds under another name."""
        words = ["diff", "--cached", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all"]
        answer = _checked(self.top, [*words, "--name-status", "-z", "--find-renames", "--diff-filter=R", commit, "--"])
        fields = answer.split(b"\0")
        return {os.fsdecode(new): os.fsdecode(old) for old, new in zip(fields[1::3], fields[2::3], strict=False)}

    def blobs(self, names: Iterable[str]) -> Mapping[str, bytes]:
        """The content of each blob; those that are missing or larger than gpurules reads are left out."""
        wanted = sorted(set(names))
        sizes = _checked(self.top, ["cat-file", "--batch-check"], _lines(wanted)).splitlines()
        small = [
            fields[0].decode("ascii")
            for fields in (line.split() for line in sizes)
            if len(fields) == 3 and fields[1] == b"blob" and int(fields[2]) <= DEFAULT_LIMIT
        ]
        found, answer = {}, b""
        for name in small:
            # One at a time: all together may be more than fits into memory.
            answer = _checked(self.top, ["cat-file", "--batch"], _lines([name]))
            header, _, content = answer.partition(b"\n")
            found[name] = content[: int(header.split()[2])]
        return found


def repository_of(folder: str) -> Repository:
    """The repository whose work tree ``folder`` is in. InputError where there is none."""
    answer = _git(folder, ["rev-parse", "--show-toplevel"])
    top = os.fsdecode(answer.stdout.removesuffix(b"\n"))
    if answer.returncode or not top:
        said = _said(answer)
        if "dubious ownership" in said:
            advice = "see safe.directory in git help config"
            raise EnvironmentFault(Problem(f"--diff: git refuses the repository: {said}", advice=advice))
        raise InputError(Problem("--diff: this folder is not in the work tree of a git repository"))
    return Repository(os.path.realpath(top))


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment for git: ``variables`` without those of git that could run or write something."""
    kept = {name: value for name, value in variables.items() if not name.startswith("GIT_") or name in PASSED_ON}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _git(folder: str, words: Sequence[str], said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *_OPTIONS, *words],
            cwd=folder,
            env=environment(os.environ),
            input=said,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise EnvironmentFault(Problem("--diff needs git, which is not on PATH", advice="install it")) from None
    except subprocess.TimeoutExpired:
        _fail(f"git {words[0]} took more than {_SECONDS} seconds")
    except ValueError:
        raise InputError(Problem("--diff: this cannot be the name of a commit")) from None
    except OSError as error:
        _fail(f"git cannot be run: {error.strerror or error}")


def _checked(folder: str, words: Sequence[str], said: bytes = b"") -> bytes:
    answer = _git(folder, words, said)
    if answer.returncode:
        _fail(f"git {words[0]} failed: {_said(answer)}")
    return answer.stdout


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode("ascii")


def _line(answer: subprocess.CompletedProcess[bytes]) -> str:
    return answer.stdout.decode("ascii", "replace").strip()


def _said(answer: subprocess.CompletedProcess[bytes]) -> str:
    lines = answer.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ") if lines else f"exit code {answer.returncode}"


def _fail(message: str) -> NoReturn:
    raise EnvironmentFault(Problem(f"--diff: {message}"))
