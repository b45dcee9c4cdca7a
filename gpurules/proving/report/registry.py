"""Every form of the report: one line for each."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping

from gpurules.proving.report.report import Report

REPORTERS: Mapping[str, str] = {
    "text": "gpurules.proving.report.text",
    "json": "gpurules.proving.report.json_document",
    "junit": "gpurules.proving.report.junit",
}
"""Name -> module, which holds ``report``."""


def reporter(name: str) -> Callable[[Report], str]:
    """The function that writes a report in the form ``name``."""
    function: Callable[[Report], str] = importlib.import_module(REPORTERS[name]).report
    return function
