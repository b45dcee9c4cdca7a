"""Every form of a report: one line for each."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping

from gpurules.lint.reporters.report import Report

REPORTERS: Mapping[str, str] = {
    "text": "gpurules.lint.reporters.text",
    "concise": "gpurules.lint.reporters.concise",
    "json": "gpurules.lint.reporters.json",
    "sarif": "gpurules.lint.reporters.sarif",
    "github": "gpurules.lint.reporters.github",
    "gitlab": "gpurules.lint.reporters.gitlab",
    "junit": "gpurules.lint.reporters.junit",
    "checkstyle": "gpurules.lint.reporters.checkstyle",
}
"""Name -> module, which holds ``report``."""


def reporter(name: str) -> Callable[[Report], str]:
    """The function that writes a report in the form ``name``."""
    function: Callable[[Report], str] = importlib.import_module(REPORTERS[name]).report
    return function
