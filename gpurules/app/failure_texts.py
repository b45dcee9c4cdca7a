"""The longer texts of the failure classes."""

from __future__ import annotations

from gpurules.probe.diagnosis.registry import FAILURES
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.terminal import safe, table

BLAMES = {
    "guest": "The guest is not healthy: exit code 1.",
    "probe": "The probing side cannot say: exit code 3.",
    "skip": "The guest is skipped: exit code 0.",
    "note": "A note; the guest is healthy all the same.",
}
"""Blame -> what comes of it."""


LIST = "list"


def explanation(name: str, width: int = 80) -> str:
    """The longer text of a failure class; all of them, one line each, for ``list``.

    Raises InputError with the nearest name where there is no class of that name.
    """
    if name == LIST:
        return table([(failure.id, failure.title) for failure in FAILURES.values()], width=width)
    failure = FAILURES.get(name.strip().lower().replace("_", "-"))
    if failure is None:
        advice = did_you_mean(name, FAILURES) or f"gpurules probe --explain {LIST} shows them"
        raise InputError(Problem(f'there is no failure class "{safe(name, 60)}"', advice=advice))
    rows = [("", failure.meaning), ("", f"To do: {failure.advice}"), ("", BLAMES[failure.blame.value])]
    return f"{failure.title} ({failure.id})\n{table(rows, width=width)}\n{failure.explanation}"
