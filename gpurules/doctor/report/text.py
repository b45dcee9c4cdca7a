"""The report for people: findings, the worst first, then tables.

Everything that a guest or a server wrote passes ``safe`` and is cut, so that it can neither steer the terminal nor fill
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from gpurules.doctor.model import Finding, Labels, Report, Severity
from gpurules.doctor.report.form import Form
from gpurules.text.duration import format_duration
from gpurules.text.terminal import safe, table

CELL_MAX = 60
SAMPLE_MAX = 160
LINES_MAX = 40
"""Rows of a table, after which it says how many more there are."""


def write(report: Report) -> str:
    """The whole report."""
    parts = [_head(report), *(_finding(one, report.width) for one in report.findings)]
    parts += [
        block
        for block in (
            _facts(report),
            _paths(report),
            _coverage(report),
            _map(report),
            _loaded(report),
            _costs(report),
            _advice(report),
        )
        if block
    ]
    parts.append(_verdict(report))
    return "\n".join(parts)


def _head(report: Report) -> str:
    moment = f"{datetime.fromtimestamp(report.at, UTC):%Y-%m-%d %H:%M:%S} UTC"
    rules = f", rules evaluated by {safe(report.evaluator, CELL_MAX)}" if report.evaluator else ""
    window = format_duration(round(report.since * 1000))
    return f"{safe(report.server, SAMPLE_MAX)}{rules}, {moment}, and {window} before\n"


def _verdict(report: Report) -> str:
    if not report.findings:
        return f"No findings ({report.queries} requests).\n"
    counts = [(sum(1 for one in report.findings if one.severity is level), level.value) for level in Severity]
    said = ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in counts if count)
    return f"{said} ({report.queries} requests).\n"


def _finding(found: Finding, width: int) -> str:
    rows = [("", "", safe(found.what, 400))]
    rows += [("", "such as:" if not number else "", text) for number, text in enumerate(_samples(found))]
    rows.append(("", "do:", found.advice))
    return f"{found.severity.value}: {found.id}\n{table(rows, width=width)}"


def _samples(found: Finding) -> Iterator[str]:
    for sample in found.samples:
        reason = f": {safe(sample.reason, SAMPLE_MAX)}" if sample.reason else ""
        yield f"{series(sample.labels)}{reason}"


_TELLING = ("exported_namespace", "exported_pod", "namespace", "pod", "name", "node", "UUID", "uuid", "instance", "job")


def series(labels: Labels) -> str:
    """Labels as PromQL writes them, the telling ones first, cut."""
    shown = dict(labels)
    name = shown.pop("__name__", "")
    first = [label for label in _TELLING if label in shown]
    pairs = ", ".join(f'{label}="{shown[label]}"' for label in (*first, *(one for one in shown if one not in first)))
    return safe(f"{name}{{{pairs}}}" if pairs else name, SAMPLE_MAX)


def _facts(report: Report) -> str:
    return table([(fact.subject, safe(fact.value, SAMPLE_MAX)) for fact in report.facts], width=report.width)


PATH_HEADERS = ("PATH", "GPU SERIES", "JOIN A VM", "NONE", "SEVERAL", "VMS")


def _paths(report: Report) -> str:
    rows = [
        (one.path, *(str(number) for number in (one.carried, one.one, one.none, one.several, one.machines)))
        for one in report.paths
    ]
    why = [
        ("", one.path, str(reason.count), safe(reason.text, SAMPLE_MAX))
        for one in report.paths
        for reason in one.reasons
    ]
    return table(rows, PATH_HEADERS) + (table(why, width=report.width) if why else "")


COVERAGE_HEADERS = ("PATH OVER TIME", "JOINED", "AT WORST", "WHEN", "LATEST GAP")


def _coverage(report: Report) -> str:
    """How much of each path joined in the window, and when least did."""
    rows = []
    for one in report.coverage:
        carried = sum(point.carried for point in one.points)
        if not carried:
            continue
        gaps = [point for point in one.points if point.joined < point.carried]
        worst = max(gaps, key=lambda point: point.carried - point.joined, default=None)
        rows.append(
            (
                one.path,
                f"{100 * sum(point.joined for point in one.points) / carried:.1f} %",
                f"{worst.joined} of {worst.carried}" if worst else "-",
                _moment(worst.moment) if worst else "-",
                _moment(gaps[-1].moment) if gaps else "-",
            )
        )
    return table(rows, COVERAGE_HEADERS) if rows else ""


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


GROUP_HEADERS = ("GROUP", "RULES", "EVALUATED IN", "INTERVAL")


def _loaded(report: Report) -> str:
    rows = [
        (safe(one.name, CELL_MAX), str(one.rules), f"{one.evaluation:.2f} s", f"{one.interval:g} s")
        for one in report.loaded.groups
    ]
    return table(rows[:LINES_MAX], GROUP_HEADERS) if rows else ""


MAP_HEADERS = ("NODE", "VM", "GPUS", "PATH", "GPU")


def _map(report: Report) -> str:
    rows = []
    for node in report.nodes:
        for machine in node.machines:
            paths = ", ".join(sorted({gpu.path for gpu in machine.gpus}))
            models = ", ".join(sorted({gpu.model for gpu in machine.gpus}))
            rows.append(
                (
                    safe(f"{node.cluster} {node.name}".strip() or "-", CELL_MAX),
                    safe(f"{machine.namespace}/{machine.name}", CELL_MAX),
                    "silent" if machine.silent else str(len(machine.gpus)) if machine.gpus else "unjoined",
                    paths or "-",
                    safe(models or "-", CELL_MAX),
                )
            )
    if not rows:
        return ""
    more = f"and {len(rows) - LINES_MAX} more VMs\n" if len(rows) > LINES_MAX else ""
    return table(rows[:LINES_MAX], MAP_HEADERS) + more


COST_HEADERS = ("AT", "GPUS", "VMS", "SERIES RECORDED", "SECONDS FOR AN EVALUATION", "SAMPLES A SECOND")


def _costs(report: Report) -> str:
    rows = [
        (
            "this size" if one.factor == 1 else f"{one.factor} times",
            *(f"{number:,}" for number in (one.gpus, one.machines, one.series)),
            f"{one.seconds:.2f} of {one.interval:g}",
            f"{one.samples:,.0f}",
        )
        for one in report.costs
    ]
    return f"The rules, estimated:\n{table(rows, COST_HEADERS)}" if rows else ""


def _advice(report: Report) -> str:
    advised = report.recommendation
    if not advised.paths:
        return "No path joins anything: there is no configuration to recommend.\n"
    if not advised.settings:
        return f"The configuration fits: path {', '.join(advised.paths)}.\n"
    rows = [("", one.key, safe(one.value, SAMPLE_MAX), safe(one.why, 300)) for one in advised.settings]
    return f"Recommended (--write-config writes it):\n{table(rows, width=report.width)}"


FORM = Form("text", "for people: findings, the worst first, then tables", write)
