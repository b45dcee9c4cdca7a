"""Which lines of which files differ from a revision, as git says; git is run without a shell, and no program of the
repository's choice is run by it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from gpurules.text.errors import EnvironmentFault, InputError, Problem
from gpurules.text.terminal import safe

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "diff.external=", "-c", "core.pager=cat")
_HUNK = re.compile(rb"^@@ -\d+(?:,\d+)? \+(?P<start>\d+)(?:,(?P<count>\d+))? @@", re.MULTILINE)
_TIMEOUT = 120


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed ranges of lines by the real path of each file; None: the whole file is new."""

    files: dict[str, tuple[tuple[int, int], ...] | None]

    def touch(self, path: str, first: int, last: int) -> bool:
        """Whether any of the lines ``first`` to ``last`` of ``path`` changed."""
        path = os.path.realpath(path)
        if path not in self.files:
            return False
        ranges = self.files[path]
        return ranges is None or any(start <= last and first <= end for start, end in ranges)


def changes_since(reference: str, paths: Sequence[str]) -> Changes:
    """What changed in ``paths`` since the commit where this branch left ``reference``.

    Raises InputError where git does not know ``reference`` or this is no repository, EnvironmentFault where there is no
    git.
    """
    top = os.path.realpath(_git("rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n"))
    commit = _commit(reference)
    base = _git("merge-base", commit, "HEAD", check=False).decode("ascii", "replace").split()
    commit = base[0] if base else commit
    changed = _names("diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames", commit, "--")
    fresh = _names("ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", ":/")
    files: dict[str, tuple[tuple[int, int], ...] | None] = {os.path.join(top, name): None for name in fresh}
    wanted = {os.path.realpath(path) for path in paths}
    for name in changed:
        path = os.path.join(top, name)
        if path in wanted:
            files[path] = _ranges(commit, path)
    return Changes(files)


def _commit(reference: str) -> str:
    found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}", check=False)
    commit = found.decode("ascii", "replace").strip()
    if not commit:
        message = f'git knows no commit "{safe(reference, 100)}"'
        raise InputError(Problem(message, advice="name a branch, tag or commit; fetch it first"))
    return commit


def _names(*arguments: str) -> list[str]:
    return [os.fsdecode(name) for name in _git(*arguments).split(b"\0") if name]


def _ranges(commit: str, path: str) -> tuple[tuple[int, int], ...]:
    """The lines of the present file; where lines were only removed, the two around the gap."""
    patch = _git(
        "--literal-pathspecs",
        "diff",
        "--unified=0",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        commit,
        "--",
        path,
    )
    found = []
    for hunk in _HUNK.finditer(patch):
        start, count = int(hunk["start"]), int(hunk["count"] or 1)
        found.append((start, start + count - 1) if count else (start, start + 1))
    return tuple(found)


def _git(*arguments: str, check: bool = True) -> bytes:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            ["git", "--no-pager", *_SAFE, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=_TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        raise EnvironmentFault(Problem("git is not installed", advice="--diff needs it")) from None
    except subprocess.TimeoutExpired:
        raise EnvironmentFault(Problem(f"git did not answer within {_TIMEOUT} seconds")) from None
    if check and done.returncode:
        said = safe(
            done.stderr.decode("utf-8", "replace").strip().splitlines()[0] if done.stderr.strip() else "failed", 200
        )
        raise InputError(Problem(f"git: {said}", advice="--diff needs a git repository"))
    return done.stdout
