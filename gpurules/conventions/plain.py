"""Recording rules and groups as they stand in a file: names and texts, no trees."""

from __future__ import annotations

from typing import NamedTuple


class PlainRule(NamedTuple):
    """One recording rule; ``labels`` are sorted by name."""

    record: str
    expression: str
    labels: tuple[tuple[str, str], ...] = ()


class PlainGroup(NamedTuple):
    """One rule group; ``interval``, ``query_offset`` and ``partial_response`` are empty for the server's default."""

    name: str
    rules: tuple[PlainRule, ...]
    interval: str = ""
    query_offset: str = ""
    partial_response: str = ""
