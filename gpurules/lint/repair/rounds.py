"""Repairs, and looks again, until nothing is left that can be repaired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gpurules.lint.finding import Finding
from gpurules.lint.repair.edits import repaired
from gpurules.lint.sources.again import with_texts
from gpurules.lint.sources.load import Loaded

ROUNDS = 10
"""A repair may make another one possible; after so many rounds the rest is left as it is."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A file that is to be written, and its text as it was read."""

    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Repairs:
    """What came out: the files as they would be, what is still found in them, what is to be written, and how many
    findings that repairs."""

    loaded: Loaded
    findings: Sequence[Finding]
    rewrites: Sequence[Rewrite] = ()
    fixed: int = 0


def repair(loaded: Loaded, findings: Sequence[Finding], look: Callable[[Loaded], Sequence[Finding]]) -> Repairs:
    """Repairs what ``findings`` say is certain, in memory. ``look`` finds what there is in files.

    The repair of a file is kept where less is found afterwards, in it and in all files together: no repair brings more
    than it takes away, and the rounds come to an end.
    """
    texts: dict[str, str] = {}
    original = {file.source.file: file.source.text for file in loaded.workspace.files}
    stuck: set[str] = set()
    fixed = 0
    for _ in range(ROUNDS):
        attempt = _attempt(loaded, findings, stuck)
        if not attempt:
            break
        after = with_texts(loaded, {file: text for file, (text, _) in attempt.items()})
        found = look(after)
        worse = _not_better(attempt, findings, found)
        stuck |= worse
        if worse:
            continue
        loaded, findings = after, found
        texts.update((file, text) for file, (text, _) in attempt.items())
        fixed += sum(count for _, count in attempt.values())
    rewrites = tuple(Rewrite(file, original[file], text) for file, text in texts.items())
    return Repairs(loaded, findings, rewrites, fixed)


def _attempt(loaded: Loaded, findings: Iterable[Finding], stuck: set[str]) -> dict[str, tuple[str, int]]:
    """New text and number of repairs, for each file where there are any."""
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.edits:
            by_file.setdefault(finding.place.source.file, []).append(finding)
    result = {}
    for file in loaded.workspace.files:
        name = file.source.file
        if name in by_file and name not in stuck:
            done = repaired(file.source, by_file[name])
            if done.findings and done.text != file.source.text:
                result[name] = (done.text, len(done.findings))
    return result


def _not_better(attempt: Iterable[str], before: Iterable[Finding], after: Iterable[Finding]) -> set[str]:
    """The files in which no less is found than before; all of them where that is so of the whole."""
    old = Counter(finding.place.source.file for finding in before)
    new = Counter(finding.place.source.file for finding in after)
    worse = {file for file in attempt if new[file] >= old[file]}
    return set(attempt) if not worse and new.total() >= old.total() else worse
