"""The report as one page to open in a browser or to send to a colleague: it needs nothing else, and asks nobody.

``templates/doctor`` holds its layout and its style sheet; here is what stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from gpurules.doctor.model import Cost, Finding, PathJoin, Report, RuleGroup, RuleState, Severity
from gpurules.doctor.report.form import Form
from gpurules.doctor.report.html_chart import HEIGHT, WIDTH, charts, strips, ticks
from gpurules.doctor.report.html_map import fleet
from gpurules.doctor.report.html_words import CELL, counted, number, pairs, said, share
from gpurules.filling.html import fill_html
from gpurules.text.duration import format_duration
from gpurules.version import __version__

RULES_MAX = 60
"""Rules in trouble on the page."""
BAR = 100.0
"""The length of a bar."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure at the top: ``tone`` is ``good``, ``bad`` or ``plain``."""

    figure: str
    what: str
    detail: str
    tone: str


def write(report: Report) -> str:
    """The whole page."""
    found = report.findings
    values = {
        "title": _title(report),
        "verdict": _verdict(report),
        "tone": "good" if report.healthy else min((one.severity for one in found), key=lambda one: one.rank).value,
        "server": said(report.server),
        "evaluator": said(report.evaluator),
        "moment": f"{datetime.fromtimestamp(report.at, UTC):%d %B %Y, %H:%M} UTC",
        "machine_moment": f"{datetime.fromtimestamp(report.at, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "window": format_duration(round(report.since * 1000)),
        "tiles": list(_tiles(report)),
        "findings": [_finding(one) for one in sorted(found, key=lambda one: one.severity.rank)],
        "charts": charts(report),
        "strips": strips(report),
        "ticks": ticks(report),
        "width": WIDTH,
        "height": HEIGHT,
        "paths": [_path(one) for one in report.paths if one.carried],
        "bar": BAR,
        "map": fleet(report),
        "rules_asked": report.loaded.asked,
        "recorded": report.loaded.recorded,
        "groups": [_group(one) for one in report.loaded.groups],
        "troubled": [(said(one.record), one.state, said(one.error)) for one in _troubled(report)[:RULES_MAX]],
        "troubled_left_out": max(0, len(_troubled(report)) - RULES_MAX),
        "costs": [_cost(one) for one in report.costs],
        "advised_paths": [said(path, CELL) for path in report.recommendation.paths],
        "settings": [(said(f"{one.key}: {one.value}"), said(one.why)) for one in report.recommendation.settings],
        "config": "\n".join(said(line) for line in report.recommendation.config.split("\n")),
        "facts": [(fact.subject, said(fact.value)) for fact in report.facts],
        "warnings": [said(one) for one in report.warnings],
        "queries": counted(report.queries, "request"),
        "version": __version__,
    }
    return fill_html("doctor/report.html.j2", "doctor/report.css", values)


def _title(report: Report) -> str:
    return f"GPU correlation: {_verdict(report)}"


def _verdict(report: Report) -> str:
    counts = [(sum(1 for one in report.findings if one.severity is level), level) for level in Severity]
    words = [counted(count, level.value) for count, level in counts if count and level is not Severity.NOTE]
    if words:
        return ", ".join(words)
    joined = any(machine.gpus for node in report.nodes for machine in node.machines)
    return "every GPU is joined with its VM" if joined else "nothing is wrong"


def _tiles(report: Report) -> Iterator[Tile]:
    machines = [machine for node in report.nodes for machine in node.machines]
    silent = sum(1 for one in machines if not one.gpus)
    gpus = sum(len(one.gpus) for one in machines)
    lost = len(report.lost)
    joined = share(gpus, gpus + lost)
    tone = "bad" if lost else "good" if gpus else "plain"
    yield Tile(joined, "of GPUs join a VM", f"{gpus:,} of {gpus + lost:,}", tone)
    yield Tile(f"{len(machines) - silent:,}", "VMs with GPUs measured", f"of {len(machines):,}", "plain")
    yield Tile(f"{silent:,}", "VMs with nothing to show", "hold GPUs, none measured", "bad" if silent else "good")
    yield Tile(f"{lost:,}", "GPUs of nobody", "join no VM and no container", "bad" if lost else "good")


def _finding(found: Finding) -> dict[str, object]:
    return {
        "id": said(found.id, CELL),
        "severity": found.severity.value,
        "what": said(found.what),
        "advice": said(found.advice),
        "samples": [(pairs(one.labels), said(one.reason)) for one in found.samples],
    }


def _path(one: PathJoin) -> dict[str, object]:
    """A bar of three stretches, as (class, start, length), and its reasons."""
    stretches, start = [], 0.0
    for kind, count in (("joined", one.one), ("several", one.several), ("none", one.none)):
        length = BAR * count / one.carried
        stretches.append((kind, round(start, 2), round(length, 2)))
        start += length
    parts = [counted(one.machines, "VM")]
    parts += [f"{count:,} join {word}" for count, word in ((one.several, "several"), (one.none, "none")) if count]
    return {
        "path": said(one.path, CELL),
        "share": share(one.one, one.carried),
        "count": f"{one.one:,} of {one.carried:,}",
        "parts": ", ".join(parts),
        "stretches": stretches,
        "reasons": [(f"{reason.count:,}", said(reason.text)) for reason in one.reasons],
    }


def _group(one: RuleGroup) -> dict[str, object]:
    used = one.evaluation / one.interval if one.interval else 0.0
    return {
        "name": said(one.name, CELL),
        "rules": counted(one.rules, "rule"),
        "time": f"{one.evaluation:.2f} s of {one.interval:g} s",
        "length": round(BAR * min(used, 1.0), 2),
        "kind": "none" if used >= 1 else "several" if used >= 0.5 else "joined",
    }


def _troubled(report: Report) -> list[RuleState]:
    return [one for one in report.loaded.rules if one.state not in ("ok", "unknown")]


def _cost(one: Cost) -> list[tuple[str, str]]:
    size = "this fleet" if one.factor == 1 else f"{one.factor} × this fleet"
    return [
        ("size", size),
        ("GPUs", number(one.gpus)),
        ("VMs", number(one.machines)),
        ("series recorded", number(one.series)),
        ("one evaluation", f"{one.seconds:.2f} s of {one.interval:g} s"),
        ("samples a second", number(round(one.samples))),
    ]


FORM = Form("html", "one page for a browser that needs nothing else", write)
