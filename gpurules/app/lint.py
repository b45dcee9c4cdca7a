"""Lint: from files and a configuration to findings, and to a report of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gpurules.catalog.exporters import ExporterRelease
from gpurules.catalog.exporters import find as find_exporter
from gpurules.catalog.field import Selection
from gpurules.catalog.load import load_catalog
from gpurules.config.model import Config
from gpurules.labels.schema import HonorLabels, MetricSchema
from gpurules.lint.engine import run_checks
from gpurules.lint.finding import Finding, Severity
from gpurules.lint.located import Located, locate
from gpurules.lint.reporters.registry import reporter
from gpurules.lint.reporters.report import Report
from gpurules.lint.selection import chosen_checks
from gpurules.lint.sources.discovery import find_files
from gpurules.lint.sources.extent import end_of
from gpurules.lint.sources.load import Loaded, load
from gpurules.lint.target import Target, target
from gpurules.text.errors import InputError, Problem
from gpurules.text.read import STDIN_NAME
from gpurules.text.write import write_atomically

if TYPE_CHECKING:
    from gpurules.lint.changes import Changes


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of lint.

    ``shown``: the least severity that is reported; ``fails``: the least that is a failure. ``diff``: a revision; only
    rules that changed since are reported. ``baseline``: a file of findings that are not reported, written anew where
    ``update_baseline`` is set. ``fix``: repair what can be repaired. ``jobs``: the most processes.
    """

    paths: tuple[str, ...]
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    shown: Severity = Severity.WARNING
    fails: Severity = Severity.WARNING
    skip_others: bool = False
    stdin_name: str = ""
    diff: str = ""
    baseline: str = ""
    update_baseline: bool = False
    fix: bool = False
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What lint found, in order, and what it read. ``notes``: what it did besides, one line each."""

    findings: Sequence[Located]
    loaded: Loaded
    failed: bool
    notes: tuple[str, ...] = ()


def lint(request: Request, config: Config) -> Outcome:
    """Everything that is to be shown. Raises InputError for files that are not there and for unknown checks."""
    chosen = chosen_checks(request.select, request.ignore)
    against = target_of(config)
    known = _known(request)
    loaded = _load(request)
    least = min(request.shown, request.fails)
    findings = run_checks(loaded, against, chosen, jobs=request.jobs, least=least)
    notes: list[str] = []
    if request.fix:
        repaired = _fix(loaded, findings)
        notes.append(f"{repaired} finding{'' if repaired == 1 else 's'} repaired")
        if repaired:
            loaded = _load(request)
            findings = run_checks(loaded, against, chosen, jobs=request.jobs, least=least)
    if request.diff:
        from gpurules.lint.changes import changes_since

        changes = changes_since(request.diff, [source.file for source in loaded.sources])
        findings = [finding for finding in findings if _changed(finding, changes)]
    located = [locate(finding) for finding in findings]
    if request.update_baseline:
        from gpurules.lint.baseline import write_baseline

        write_atomically(request.baseline, write_baseline(located))
        notes.append(f"{len(located)} finding{'' if len(located) == 1 else 's'} written to {request.baseline}")
        located = []
    elif known:
        from gpurules.lint.baseline import unknown_to

        new = unknown_to(known, located)
        notes.extend(_left_over(known, len(located) - sum(new), request))
        located = [finding for finding, is_new in zip(located, new, strict=True) if is_new]
    failed = any(finding.severity >= request.fails for finding in located)
    return Outcome(located, loaded, failed, tuple(notes))


def _load(request: Request) -> Loaded:
    loaded = load(find_files(request.paths), request.skip_others, request.stdin_name)
    if not loaded.workspace.files and not loaded.unreadable and not request.skip_others:
        raise InputError(Problem("no file of rules was found", advice="name files, folders or patterns"))
    return loaded


def _known(request: Request) -> frozenset[str]:
    if request.update_baseline and not request.baseline:
        raise InputError(Problem("--update-baseline needs --baseline FILE, the file to write"))
    if not request.baseline or request.update_baseline:
        return frozenset()
    from gpurules.lint.baseline import read_baseline

    return read_baseline(request.baseline)


def _left_over(known: frozenset[str], hit: int, request: Request) -> Iterator[str]:
    """A limited run cannot tell what is gone from the baseline."""
    gone = len(known) - hit
    if gone > 0 and not (request.diff or request.select or request.ignore):
        are = "is" if gone == 1 else "are"
        yield f"{gone} of {len(known)} findings in {request.baseline} {are} gone; --update-baseline removes them"


def _fix(loaded: Loaded, findings: Sequence[Finding]) -> int:
    """Repair the files; returns how many findings were repaired."""
    from gpurules.lint.fixes import repaired

    count = 0
    for source in loaded.sources:
        if source.file != STDIN_NAME and os.path.exists(source.file):
            done = repaired(source, [finding for finding in findings if finding.place.source is source])
            if done.count:
                write_atomically(source.file, done.text)
                count += done.count
    return count


def _changed(finding: Finding, changes: Changes) -> bool:
    """Whether a line of the rule that a finding is about changed, or of the place itself."""
    region = locate(finding).region
    first, last = region.start.line, region.end.line
    if finding.rule is not None:
        source = finding.place.source
        first = min(first, source.locate(finding.rule.node.start).line)
        last = max(last, source.locate(end_of(finding.rule.node) - 1).line)
    return changes.touch(region.start.file, first, last)


def target_of(config: Config) -> Target:
    """What ``config`` says the rules run against. Raises InputError for what it names and is not known."""
    exporters = tuple(find_exporter(name) for name in config.dcgm.exporters)
    return target(
        kubevirt_release=config.kubevirt.release,
        exporters=exporters,
        honor_labels=HonorLabels(config.dcgm.honor_labels),
        selection=_selection(config, exporters),
        extra=_declared(config),
        path=config.rules.paths[0] if config.rules.paths else "pod-network",
        cluster_label=config.rules.cluster_label,
    )


def _selection(config: Config, exporters: Sequence[ExporterRelease]) -> Selection | None:
    if not config.dcgm.counters:
        return None
    from gpurules.catalog.reading import read_counters

    return read_counters(config.dcgm.counters, load_catalog(), tuple(exporters))


def _declared(config: Config) -> list[MetricSchema]:
    if not config.kubevirt.schemas:
        return []
    from gpurules.labels.user import read_schema

    return [schema for path in config.kubevirt.schemas for schema in read_schema(path)]


def report(outcome: Outcome, form: str, colour: bool = False) -> str:
    """The findings in one of the forms of ``gpurules.lint.reporters.registry``."""
    loaded = outcome.loaded
    sources = [*(file.source for file in loaded.workspace.files), *(file.source for file in loaded.unreadable)]
    names = tuple(dict.fromkeys(source.file for source in sources))
    return reporter(form)(Report(outcome.findings, len(names), len(loaded.workspace.rules), colour, names=names))
