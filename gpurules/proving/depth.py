"""How many evaluations a record is behind where each rule reads what was recorded an evaluation before."""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.rules.group import RecordingRule
from gpurules.rules.grouping import records_read


def depth(rules: Iterable[RecordingRule]) -> int:
    """How many records the longest chain reads, one of the other."""
    return max(depths(rules).values())


def depths(rules: Iterable[RecordingRule]) -> dict[str, int]:
    """How many records the longest chain before each record reads."""
    found: dict[str, int] = {}
    for rule in rules:
        read = (found[name] for name in records_read(rule.expression) if name in found)
        found[rule.spec.record] = max(found.get(rule.spec.record, 0), max((steps + 1 for steps in read), default=0))
    return found
