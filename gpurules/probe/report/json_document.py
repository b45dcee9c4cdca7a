"""The report as JSON; ``docs/probe.schema.json`` describes it.

Only ASCII is written, so that no character of a guest's strings reaches a terminal as itself.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from gpurules.probe.dcgm.codes import RECOVERY, VIRTUALIZATION, GpuStatus
from gpurules.probe.dcgm.engine import Engine, Gpu
from gpurules.probe.diagnosis.diagnose import Verdict
from gpurules.probe.diagnosis.failure import Finding
from gpurules.probe.report.report import Format, Report
from gpurules.probe.result import Result, worst_first
from gpurules.version import __version__

VERSION = 1
"""Counts up when a reader of the document must change; what is only added does not count."""


def write(report: Report) -> str:
    """One document; on one line where documents follow one another."""
    document = {
        "version": VERSION,
        "gpurules": __version__,
        "time": f"{datetime.fromtimestamp(report.at, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "summary": {verdict.value: report.count(verdict) for verdict in Verdict},
        "guests": [_guest(result) for result in worst_first(list(report.results))],
    }
    return json.dumps(document, indent=None if report.streamed else 2, allow_nan=False) + "\n"


def _guest(result: Result) -> dict[str, Any]:
    target = result.target
    vmi = target.vmi
    return {
        "name": target.name,
        "address": str(target.address),
        "vmi": vmi and {"namespace": vmi.namespace, "name": vmi.name, "node": vmi.node or None, "cid": vmi.cid},
        "verdict": result.verdict.value,
        "seconds": round(result.seconds, 3),
        "findings": [_finding(finding) for finding in result.findings],
        "engine": result.engine and _engine(result.engine),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    failure = finding.failure
    return {
        "class": failure.id,
        "blame": failure.blame.value,
        "title": failure.title,
        "detail": finding.detail,
        "meaning": failure.meaning,
        "advice": failure.advice,
    }


def _engine(engine: Engine) -> dict[str, Any]:
    return {
        "version": engine.version,
        "driver": engine.driver,
        "nvml": engine.nvml,
        "complete": engine.complete,
        "gpus": [_gpu(gpu) for gpu in engine.gpus],
    }


def _gpu(gpu: Gpu) -> dict[str, Any]:
    return {
        "id": gpu.id,
        "status": _named(gpu.status, {int(status): status.name.lower() for status in GpuStatus}),
        "supported": gpu.supported,
        "uuid": gpu.uuid,
        "name": gpu.name,
        "pci_address": gpu.pci_address,
        "temperature_celsius": gpu.temperature,
        "virtualization": _named(gpu.virtualization, VIRTUALIZATION),
        "recovery_action": _named(gpu.recovery_action, RECOVERY),
    }


def _named(number: int | None, names: dict[int, str]) -> str | None:
    """The name, or the number as text where there is none."""
    return None if number is None else names.get(number, str(number))


FORMAT = Format("json", "for programs; see docs/probe.schema.json", write)
