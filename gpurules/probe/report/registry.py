"""Every format of a report: one line for each."""

from __future__ import annotations

from collections.abc import Mapping

from gpurules.probe.report import json_document, prometheus, text
from gpurules.probe.report.report import Format

FORMATS: Mapping[str, Format] = {
    "text": text.FORMAT,
    "json": json_document.FORMAT,
    "prometheus": prometheus.FORMAT,
}
