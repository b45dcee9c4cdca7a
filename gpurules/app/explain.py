"""Explain: the documentation of the checks, on a terminal."""

from __future__ import annotations

from gpurules.lint.finding import Severity
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.registry import checks, load, page, summary
from gpurules.lint.selection import unknown_check
from gpurules.text.errors import InputError
from gpurules.text.terminal import table

NARROWEST = 20


def explain_check(identifier: str, width: int) -> str:
    """The page of a check, or the checks of a group. Raises InputError with the nearest name where there is none."""
    if any(name.partition("/")[0] == identifier for name in CHECKS):
        return list_checks(width, identifier)
    if identifier not in CHECKS:
        raise InputError(unknown_check(identifier, "explain"))
    heading = f"{identifier} ({severity_words(load(identifier).severity)})"
    text = _wrapped(f"{heading}\n\n{page(identifier)}", max(width, NARROWEST))
    return f"{text}\n"


def _wrapped(text: str, width: int) -> str:
    """``text`` with its paragraphs in lines of at most ``width`` columns; examples stay as they are."""
    from textwrap import fill

    parts = text.split("```")
    for place in range(0, len(parts), 2):
        paragraphs = parts[place].split("\n\n")
        parts[place] = "\n\n".join(
            fill(one, width, break_long_words=False, break_on_hyphens=False) if one.strip() else one
            for one in paragraphs
        )
    return "```".join(parts)


def list_checks(width: int, group: str = "") -> str:
    """A table of all checks, or of those of one group."""
    rows = [
        (name, check.severity.word, summary(name))
        for name, check in checks().items()
        if not group or name.startswith(f"{group}/")
    ]
    return table(rows, ("check", "severity", "finds"), width)


def severity_words(severity: Severity) -> str:
    """``severity error`` and what that means."""
    meanings = {
        Severity.ERROR: "it is refused, stops at run time, or never yields anything",
        Severity.WARNING: "it works, and does not do what it seems to",
        Severity.INFO: "not proved; shown with --show info",
    }
    return f"severity {severity.word}: {meanings[severity]}"
