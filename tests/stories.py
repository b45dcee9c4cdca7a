"""Worlds told with a delay: everything that happens, and the start, is settled so much later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gpurules.rules.group import RecordingRule
from gpurules.rules.grouping import records_read
from gpurules.scenario.model import Transition, World

KINDS = ("values", "rates", "senders", "health")


def lagging(story: World, lag: int) -> World:
    """The world with a delay of ``lag`` seconds; what it states of its transitions is about undelayed rules."""
    late = tuple(
        replace(change, **{kind: max(change.at, change.until(kind)) + lag for kind in KINDS})
        for change in story.transitions
    )
    return replace(story, transitions=(Transition(0, values=lag), *late), stated={})


def depth(rules: Iterable[RecordingRule]) -> int:
    """How many records the longest chain reads, one of the other."""
    depths: dict[str, int] = {}
    for rule in rules:
        read = (depths[name] for name in records_read(rule.expression) if name in depths)
        depths[rule.spec.record] = max(depths.get(rule.spec.record, 0), max((steps + 1 for steps in read), default=0))
    return max(depths.values())
