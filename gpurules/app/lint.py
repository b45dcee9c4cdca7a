"""Lint: from files and a configuration to findings, and to a report of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gpurules.catalog.exporters import find as find_exporter
from gpurules.catalog.load import load_catalog
from gpurules.catalog.reading import read_counters
from gpurules.config.model import Config
from gpurules.labels.schema import HonorLabels
from gpurules.labels.user import read_schema
from gpurules.lint.baseline import new_findings, read_baseline
from gpurules.lint.changes.touched import touched
from gpurules.lint.finding import Finding, Severity
from gpurules.lint.linting import run
from gpurules.lint.located import locate
from gpurules.lint.repair.rounds import repair
from gpurules.lint.reporters.registry import reporter
from gpurules.lint.reporters.report import Report
from gpurules.lint.selection import chosen_checks
from gpurules.lint.sources.discovery import find_files
from gpurules.lint.sources.load import Loaded, load
from gpurules.lint.target import Target, target
from gpurules.text.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of lint.

    ``shown``: the least severity that is reported; ``fails``: the least that is a failure. ``baseline``: a file of
    findings that are known; ``since``: a revision, where only what changed after it is of interest.
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What lint found, in order, and what it read. ``outdated``: how many findings of the baseline are there no longer.
    ``texts``: what ``repair`` would write, by file; ``fixed``: how many findings that repairs."""

    findings: Sequence[Finding]
    loaded: Loaded
    failed: bool
    outdated: int = 0
    texts: Mapping[str, str] = field(default_factory=dict)
    fixed: int = 0


def lint(request: Request, config: Config, fix: bool = False) -> Outcome:
    """Everything that is to be shown; with ``fix``, what is left after all certain repairs, which are made in memory.

    Raises InputError for files that are not there, unknown checks, what is no baseline and what git does not know.
    """
    chosen = chosen_checks(request.select, request.ignore)
    loaded = load(find_files(request.paths), request.skip_others, request.stdin_name)
    if not loaded.workspace.files and not loaded.unreadable and not request.skip_others:
        raise InputError(Problem("no file of rules was found", advice="name files, folders or patterns"))
    known = read_baseline(request.baseline) if request.baseline else {}
    runs_against, today = target_of(config), date.today()

    def look(what: Loaded) -> Sequence[Finding]:
        found = run(what, runs_against, chosen, today)
        return touched(found, what, request.since) if request.since else found

    findings, outdated = new_findings(look(loaded), known)
    if not fix:
        return Outcome(_shown(findings, request), loaded, _failed(findings, request), outdated)
    done = repair(loaded, findings, lambda what: new_findings(look(what), known)[0])
    shown, failed = _shown(done.findings, request), _failed(done.findings, request)
    return Outcome(shown, done.loaded, failed, outdated, done.texts, done.fixed)


def _shown(findings: Iterable[Finding], request: Request) -> list[Finding]:
    return [finding for finding in findings if finding.severity >= min(request.shown, request.fails)]


def _failed(findings: Iterable[Finding], request: Request) -> bool:
    return any(finding.severity >= request.fails for finding in findings)


def target_of(config: Config) -> Target:
    """What ``config`` says the rules run against. Raises InputError for what it names and is not known."""
    exporters = tuple(find_exporter(name) for name in config.dcgm.exporters)
    counters = config.dcgm.counters
    return target(
        kubevirt_release=config.kubevirt.release,
        exporters=exporters,
        honor_labels=HonorLabels(config.dcgm.honor_labels),
        selection=read_counters(counters, load_catalog(), exporters) if counters else None,
        extra=[schema for path in config.kubevirt.schemas for schema in read_schema(path)],
        path=config.rules.paths[0] if config.rules.paths else "pod-network",
        cluster_label=config.rules.cluster_label,
    )


def report(outcome: Outcome, form: str, colour: bool = False) -> str:
    """The findings in one of the forms of ``gpurules.lint.reporters.registry``."""
    located = [locate(finding) for finding in outcome.findings]
    loaded = outcome.loaded
    files = len(loaded.workspace.files) + len({file.source.file for file in loaded.unreadable})
    return reporter(form)(Report(located, files, len(loaded.workspace.rules), colour))
