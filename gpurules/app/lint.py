"""Lint: from files and a configuration to findings, and to a report of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from gpurules.app.runs_against import target_of
from gpurules.config.model import Config
from gpurules.lint.finding import Finding, Severity
from gpurules.lint.linting import run
from gpurules.lint.located import locate
from gpurules.lint.reporters.registry import reporter
from gpurules.lint.reporters.report import Report
from gpurules.lint.selection import chosen_checks
from gpurules.lint.sources.discovery import find_files
from gpurules.lint.sources.load import Loaded, load
from gpurules.text.errors import InputError, Problem
from gpurules.text.span import Location
from gpurules.text.terminal import safe

if TYPE_CHECKING:
    from gpurules.lint.repair.rounds import Rewrite


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of lint.

    ``shown``: the least severity that is reported; ``fails``: the least that is a failure. ``baseline``: a file of
    findings that are known; ``since``: a revision, where only what changed after it is of interest. ``jobs``: the most
    processes.
    """

    paths: tuple[str, ...]
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    shown: Severity = Severity.WARNING
    fails: Severity = Severity.WARNING
    skip_others: bool = False
    stdin_name: str = ""
    baseline: str = ""
    since: str = ""
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What lint found, in order, and what it read.

    ``rewrites``: the files that repairs would change; ``fixed``: how many findings that takes away. ``outdated``: how
    many entries of the baseline are about files that were read and list more than is found.
    """

    findings: Sequence[Finding]
    loaded: Loaded
    failed: bool
    rewrites: Sequence[Rewrite] = ()
    fixed: int = 0
    outdated: int = 0


def lint(request: Request, config: Config, fix: bool = False) -> Outcome:
    """Everything that is to be shown; with ``fix``, what is left after all certain repairs, which are made in memory.

    Raises InputError for files that are not there, unknown checks, what is no baseline and what git does not know.
    """
    chosen = chosen_checks(request.select, request.ignore)
    loaded = load(find_files(request.paths), request.skip_others, request.stdin_name)
    if not loaded.workspace.files and not loaded.unreadable and not request.skip_others:
        raise InputError(Problem("no file of rules was found", advice="name files, folders or patterns"))
    runs_against, today = target_of(config), date.today()

    limited = bool(request.since or request.select or request.ignore)
    least = min(request.shown, request.fails)
    outdated = 0

    def look(what: Loaded) -> Sequence[Finding]:
        nonlocal outdated
        # What of a baseline is outdated is known only where nothing is left out.
        asked = Severity.INFO if request.baseline else least
        found = _touched(run(what, runs_against, chosen, today, request.jobs, asked), what, request.since)
        new, outdated = _unknown(found, what, request.baseline)
        return [finding for finding in new if finding.severity >= least]

    findings = look(loaded)
    rewrites: Sequence[Rewrite] = ()
    fixed = 0
    if fix:
        from gpurules.lint.repair.rounds import repair

        done = repair(loaded, findings, look)
        loaded, findings, rewrites, fixed = done.loaded, done.findings, done.rewrites, done.fixed
    failed = any(finding.severity >= request.fails for finding in findings)
    return Outcome(findings, loaded, failed, rewrites, fixed, 0 if limited else outdated)


def _touched(findings: Sequence[Finding], loaded: Loaded, revision: str) -> Sequence[Finding]:
    if not revision:
        return findings
    from gpurules.lint.changes.touched import touched

    return touched(findings, loaded, revision)


def _unknown(findings: Sequence[Finding], loaded: Loaded, baseline: str) -> tuple[Sequence[Finding], int]:
    """The findings that the baseline does not list, and how many of its entries about what was read are outdated."""
    if not baseline:
        return findings, 0
    from gpurules.lint.baseline import new_findings, read_baseline
    from gpurules.lint.reporters.paths import seen_from

    root = _folder(baseline)
    new, left = new_findings(findings, read_baseline(baseline), root)
    read = {safe(seen_from(source.file, root)) for source in loaded.sources}
    return new, sum(entry.file in read for entry in left)


def baseline_of(outcome: Outcome, path: str) -> tuple[str, int]:
    """The text of a baseline file at ``path`` in which all that was found is known, and how many findings that is."""
    from gpurules.lint.baseline import baseline_text
    from gpurules.lint.suppressions.limits import can_be_silenced

    findings = [finding for finding in outcome.findings if can_be_silenced(finding.check)]
    return baseline_text(findings, _folder(path)), len(findings)


def _folder(path: str) -> str:
    from os.path import dirname

    return dirname(path) or "."


def write_rewrites(rewrites: Iterable[Rewrite]) -> None:
    """Writes repaired files, each in one step; a byte order mark stays. InputError, before anything is written, where a
    file is not what was read."""
    from os.path import realpath

    from gpurules.text.read import read_text
    from gpurules.text.write import write_atomically

    # A file that has several names is written once.
    wanted = list({realpath(rewrite.file): rewrite for rewrite in rewrites}.values())
    other = [rewrite for rewrite in wanted if read_text(rewrite.file).text != rewrite.before]
    if other:
        raise InputError(
            Problem("the file has changed meanwhile", Location(rewrite.file), "run it again") for rewrite in other
        )
    for rewrite in wanted:
        with open(rewrite.file, "rb") as file:
            mark = "\ufeff" if file.read(3) == b"\xef\xbb\xbf" else ""
        write_atomically(rewrite.file, mark + rewrite.after)


def report(outcome: Outcome, form: str, colour: bool = False, root: str = ".", width: int = 0) -> str:
    """The findings in one of the forms of ``gpurules.lint.reporters.registry``; ``root``, ``width``: see ``Report``."""
    located = [locate(finding) for finding in outcome.findings]
    loaded = outcome.loaded
    sources = [*(file.source for file in loaded.workspace.files), *(file.source for file in loaded.unreadable)]
    names = tuple(dict.fromkeys(source.file for source in sources))
    return reporter(form)(Report(located, len(names), len(loaded.workspace.rules), colour, root, names, width))
