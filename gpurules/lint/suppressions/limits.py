"""What can be kept out of a report."""

from __future__ import annotations

ALWAYS_REPORTED = ("structure/yaml", "structure/template", "lint")
"""Checks and groups that nothing silences: what could not be read, and what is said of the silencing itself."""


def can_be_silenced(check: str) -> bool:
    """Whether findings of ``check`` may be kept out of a report by a comment or a baseline."""
    return check not in ALWAYS_REPORTED and check.partition("/")[0] not in ALWAYS_REPORTED
