"""The findings about rules that changed since a commit."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpurules.lint.changes.compare import Parts, changed_parts
from gpurules.lint.changes.git import Repository, repository_of
from gpurules.lint.changes.readers import changed_records, readers_of
from gpurules.lint.finding import Finding, Place
from gpurules.lint.sources.again import rule_file
from gpurules.lint.sources.discovery import ENDINGS
from gpurules.lint.sources.load import Loaded
from gpurules.lint.sources.model import RuleFile
from gpurules.lint.sources.positions import file_span
from gpurules.lint.suppressions.scope import Owners, owners_of
from gpurules.text.errors import InputError
from gpurules.text.read import decode_utf8
from gpurules.text.span import SourceText

_ALL = None
"""Stands for a file of which everything counts as changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What changed in each file that was linted and is not as it was; ``_ALL`` for new files and those that cannot be
    compared. ``readers``: the rules that read a record which changed, by ``id``."""

    parts: Mapping[str, Parts | None]
    owners: Mapping[str, Owners]
    readers: frozenset[int]

    def touch(self, finding: Finding) -> bool:
        """Whether the finding, or a reason of it, is about a rule that changed or reads a record that did.

        One that is about no rule is shown where its group changed, or, outside of all groups, its file.
        """
        if finding.rule is not None:
            if id(finding.rule) in self.readers:
                return True
            parts = self.parts.get(finding.place.source.file, Parts(frozenset(), frozenset()))
            if parts is _ALL or id(finding.rule) in parts.rules:
                return True
        elif self._changed(finding.place):
            return True
        return any(self._changed(reason.place) for reason in finding.reasons)

    def _changed(self, place: Place) -> bool:
        file = place.source.file
        if file not in self.parts:
            return False
        parts = self.parts[file]
        if parts is _ALL:
            return True
        owner = self.owners[file].at(file_span(place).start)
        if owner is None:
            return True
        return id(owner.rule) in parts.rules if owner.rule is not None else id(owner.group) in parts.groups


def touched(findings: Iterable[Finding], loaded: Loaded, revision: str) -> list[Finding]:
    """The findings about what changed between ``revision`` and the files as they are.

    Compared is with the last commit that ``revision`` and HEAD have in common, so that what others have added there
    since is no change. Files that are not in that commit are new, and so are files elsewhere and standard input; a
    symbolic link counts as what it leads to, and what it leads to outside of the work tree is not reported. Raises as
    ``Repository`` does.
    """
    repository = repository_of(".")
    commit = repository.fork_point(repository.resolve(revision))
    changes = changes_since(repository, commit, loaded)
    return [finding for finding in findings if changes.touch(finding)]


def changes_since(repository: Repository, commit: str, loaded: Loaded) -> Changes:
    """What of ``loaded`` is not as in ``commit``."""
    tracked, renamed = repository.files(commit), repository.renames(commit)
    parts: dict[str, Parts | None] = {}
    before: dict[str, str] = {}
    for source in _sources(loaded):
        path = _path_in(repository.top, source.file)
        if path is None:
            continue
        blob = tracked.get(renamed.get(path, path)) if path else None
        if blob is None:
            parts[source.file] = _ALL
        elif blob not in _names_of(source.text):
            before[source.file] = blob
    gone = {f"{path} of {commit}": blob for path, blob in _gone(repository, tracked, renamed).items()}
    contents = repository.blobs((*before.values(), *gone.values())) if before or gone else {}
    files = {file.source.file: file for file in loaded.workspace.files}
    earlier: list[RuleFile] = []
    for name, blob in (before | gone).items():
        old = _old(name, contents.get(blob))
        earlier += [old] if old is not None else []
        if name in before:
            parts[name] = _ALL if old is None or name not in files else changed_parts(files[name], old)
    now = [files[name] for name in parts if name in files]
    readers = readers_of(changed_records(now, earlier), loaded.workspace.rules)
    return Changes(parts, {file.source.file: owners_of(file) for file in now}, readers)


def _gone(repository: Repository, tracked: Mapping[str, str], renamed: Mapping[str, str]) -> dict[str, str]:
    """Path and blob of the files that may have held rules and are there no more."""
    old_names = set(renamed.values())
    return {
        path: blob
        for path, blob in tracked.items()
        if path.endswith(ENDINGS) and path not in old_names and not os.path.lexists(os.path.join(repository.top, path))
    }


def _old(name: str, content: bytes | None) -> RuleFile | None:
    """A file as it was; None where it cannot be read."""
    if content is None:
        return None
    try:
        return rule_file(decode_utf8(name, content))
    except InputError:
        return None


def _sources(loaded: Loaded) -> Sequence[SourceText]:
    return [*(file.source for file in loaded.workspace.files), *(file.source for file in loaded.unreadable)]


def _path_in(top: str, file: str) -> str | None:
    """The path of ``file`` in the work tree ``top``; empty for what is no file or was named outside of it;
    None for a link that leads out of it."""
    below = top.rstrip(os.sep) + os.sep
    path = os.path.realpath(file)
    if not os.path.exists(file):
        return ""
    if path.startswith(below):
        return os.path.relpath(path, top).replace(os.sep, "/")
    return None if os.path.abspath(file).startswith(below) else ""


def _names_of(text: str) -> tuple[str, str]:
    """What git calls a blob with this text, in its older and its newer way."""
    content = text.encode("utf-8", "surrogatepass")
    blob = b"blob %d\0" % len(content) + content
    return hashlib.sha1(blob, usedforsecurity=False).hexdigest(), hashlib.sha256(blob).hexdigest()
