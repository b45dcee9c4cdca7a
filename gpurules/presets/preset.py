"""What a preset is."""

from __future__ import annotations

from typing import NamedTuple


class Preset(NamedTuple):
    """Counters and levels for one purpose.

    ``fields``: current names of the DCGM fields that it needs, None where it takes whatever is selected. ``levels``:
    what it records where the configuration names none. ``everything``: without counters files it takes the whole
    catalog instead of dcgm-exporter's defaults. ``claims``: what it promises to account for.
    """

    name: str
    summary: str
    levels: tuple[str, ...]
    fields: tuple[str, ...] | None = None
    everything: bool = False
    claims: tuple[Claim, ...] = ()


class Claim(NamedTuple):
    """One metric that somebody else specified, and what stands for it here.

    ``field``: the field whose record answers it, or a role such as ``memory_total``; empty where nothing does.
    ``expression``: from that record, written ``{record}``, to the metric; ``{record}`` alone where they are the same.
    ``note``: the reason where nothing does, else what differs.
    """

    metric: str
    field: str
    expression: str
    note: str = ""
