"""How many evaluations a record is behind where each rule reads what was recorded an evaluation before."""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.rules.group import RecordingRule
from gpurules.rules.grouping import records_read


def depth(rules: Iterable[RecordingRule]) -> int:
    """How many records the longest chain reads, one of the other."""
    depths: dict[str, int] = {}
    for rule in rules:
        read = (depths[name] for name in records_read(rule.expression) if name in depths)
        depths[rule.spec.record] = max(depths.get(rule.spec.record, 0), max((steps + 1 for steps in read), default=0))
    return max(depths.values())
