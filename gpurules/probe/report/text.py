"""The report for people: a block for one guest, a table for a fleet, the worst first.

Everything that a guest wrote passes ``safe`` (also each cell of ``table``) and is cut, so that it can neither steer the
terminal nor fill it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from gpurules.probe.dcgm.codes import RECOVERY, VIRTUALIZATION, GpuStatus
from gpurules.probe.dcgm.engine import Engine, Gpu
from gpurules.probe.diagnosis.diagnose import Verdict
from gpurules.probe.diagnosis.failure import FailureClass, Finding
from gpurules.probe.report.report import Format, Report
from gpurules.probe.result import Result, worst_first
from gpurules.text.terminal import safe, table

NAME_MAX = 120
CELL_MAX = 60
VERSION_MAX = 24
DETAIL_MAX = 240


def write(report: Report) -> str:
    """The block of the only guest, or the table of several with what its problems mean below."""
    head = f"{datetime.fromtimestamp(report.at, UTC):%Y-%m-%d %H:%M:%S} UTC\n" if report.streamed else ""
    if len(report.results) == 1:
        return head + _block(report.results[0], report.width)
    ordered = worst_first(list(report.results))
    pieces = [table([_row(result) for result in ordered], HEADERS), _counts(report)]
    pieces += [_explained(failure, report.width) for failure in _failures(ordered)]
    return head + "\n".join(pieces)


HEADERS = ("GUEST", "VERDICT", "DCGM", "DRIVER", "GPUS", "PROBLEM")


def _row(result: Result) -> tuple[str, ...]:
    engine = result.engine
    problems = [finding for finding in result.findings if finding.failure.blame in _counted(result)]
    return (
        safe(result.target.name, NAME_MAX),
        result.verdict.value,
        safe(engine.version, VERSION_MAX) if engine else "-",
        safe(engine.driver or "-", VERSION_MAX) if engine else "-",
        str(len(engine.gpus)) if engine and engine.complete else "-",
        "; ".join(_said(finding) for finding in problems) or "-",
    )


def _counted(result: Result) -> set[str]:
    """The blames worth a cell of the table: notes only where there is nothing else."""
    blames = {finding.failure.blame.value for finding in result.findings}
    return blames - {"note"} or blames


def _counts(report: Report) -> str:
    counted = [(report.count(verdict), verdict.value) for verdict in Verdict]
    return f"{len(report.results)} guests: {', '.join(f'{count} {name}' for count, name in counted if count)}\n"


def _failures(results: list[Result]) -> list[FailureClass]:
    """Each class that was found, once."""
    return list({finding.failure.id: finding.failure for result in results for finding in result.findings}.values())


def _explained(failure: FailureClass, width: int) -> str:
    return f"{failure.id}\n" + table([("", "", failure.meaning), ("", "do:", failure.advice)], width=width)


def _block(result: Result, width: int) -> str:
    lines = [f"{safe(result.target.name, NAME_MAX)}: {result.verdict.value} ({result.seconds:.2f} s)\n"]
    if result.engine:
        lines.append(table(list(_engine_rows(result.engine)), width=0))
    for finding in result.findings:
        failure = finding.failure
        rows = [("", "", safe(finding.detail, DETAIL_MAX))] if finding.detail else []
        rows += [("", "", failure.meaning), ("", "do:", failure.advice)]
        rows.append(("", "more:", f"gpurules probe --explain {failure.id}"))
        lines.append(f"\n{failure.title} ({failure.id})\n{table(rows, width=width)}")
    return "".join(lines)


def _engine_rows(engine: Engine) -> Iterator[tuple[str, ...]]:
    versions = [f"DCGM {engine.version}"]
    versions += [f"driver {engine.driver}"] if engine.driver else []
    versions += [f"NVML {engine.nvml}"] if engine.nvml else []
    yield "", "engine", ", ".join(_cut(version) for version in versions)
    for gpu in engine.gpus:
        yield "", f"GPU {gpu.id}", ", ".join(_gpu_words(gpu))


def _gpu_words(gpu: Gpu) -> Iterator[str]:
    if gpu.status is not None and gpu.status != GpuStatus.OK:
        yield _word_of_status(gpu.status)
    for text in (gpu.name, gpu.uuid, gpu.pci_address):
        if text:
            yield _cut(text)
    if gpu.virtualization is not None:
        mode = VIRTUALIZATION.get(gpu.virtualization, str(gpu.virtualization))
        yield f"virtualization {mode}" if mode == "none" else mode
    if gpu.temperature is not None:
        yield f"{gpu.temperature} °C"
    if gpu.recovery_action:
        yield f"recovery: {RECOVERY.get(gpu.recovery_action, str(gpu.recovery_action))}"


def _word_of_status(status: int) -> str:
    try:
        return GpuStatus(status).name.lower()
    except ValueError:
        return f"status {status}"


def _said(finding: Finding) -> str:
    detail = safe(finding.detail, CELL_MAX)
    return f"{finding.failure.id} ({detail})" if detail else finding.failure.id


def _cut(text: str) -> str:
    return safe(text, CELL_MAX)


FORMAT = Format("text", "for people: a block for one guest, a table for several", write)
