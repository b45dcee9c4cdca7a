"""The report as JSON; ``docs/doctor.schema.json`` describes it.

Only ASCII is written, so that no character of what guests and servers wrote reaches a terminal as itself.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from gpurules.doctor.model import SAMPLES, Report, Severity
from gpurules.doctor.report.form import Form
from gpurules.version import __version__

VERSION = 1
"""Counts up when a reader of the document must change; what is only added does not count."""
LEFT_OUT = ("width",)
"""What is of the terminal, not of the report."""


def write(report: Report) -> str:
    """One document."""
    document = {
        "version": VERSION,
        "gpurules": __version__,
        "healthy": report.healthy,
        "summary": {one.value: sum(1 for found in report.findings if found.severity is one) for one in Severity},
        **{name: value for name, value in _plain(report).items() if name not in LEFT_OUT},
        "at": _moment(report.at),
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _plain(value: Any) -> Any:
    """A value of the model as JSON has it: labels become an object, moments stay seconds since 1970."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: dict(getattr(value, one.name)) if one.name == "labels" else _plain(getattr(value, one.name))
            for one in fields(value)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


FORM = Form("json", f"for programs, samples up to {SAMPLES} a finding; see docs/doctor.schema.json", write)
