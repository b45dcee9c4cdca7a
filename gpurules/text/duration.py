"""Durations as PromQL writes them: ``5m``, ``1h30m``, ``250ms``."""

from __future__ import annotations

import re

from gpurules.text.errors import InputError, Problem

UNITS: tuple[tuple[str, int], ...] = (
    ("y", 31_536_000_000),
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
)
"""Each unit and its milliseconds, the largest first: a year is 365 days (Prometheus, common/model/time.go)."""

PATTERN = "0|" + "(?=[0-9])" + "".join(f"(?:([0-9]+){unit})?" for unit, _ in UNITS)
"""What a duration looks like, as a regular expression for the whole text."""

LONGEST = (2**63 - 1) // 1_000_000
"""Prometheus counts nanoseconds in 64 bits, hence about 292 years."""

_DURATION = re.compile(PATTERN)


def parse_duration(text: str) -> int:
    """Milliseconds. InputError where ``text`` is no duration: whole numbers with units in falling order, each once."""
    found = _DURATION.fullmatch(text) if len(text) <= 100 and text.isascii() else None
    if not found:
        raise InputError(Problem(f'"{text[:60]}" is not a duration', advice="write such as 30s, 5m or 1h30m"))
    milliseconds = sum(int(count or 0) * size for count, (_, size) in zip(found.groups(), UNITS, strict=True))
    if milliseconds > LONGEST:
        raise InputError(Problem(f'the duration "{text[:60]}" is longer than the 292 years that Prometheus can hold'))
    return milliseconds


def format_duration(milliseconds: int) -> str:
    """The duration as Prometheus prints it: ``0s``, ``5m``, ``1h30m``; years and weeks only where they come out even.

    ValueError where it is negative.
    """
    if milliseconds < 0:
        raise ValueError("a duration is not negative")
    if not milliseconds:
        return "0s"
    parts = []
    for unit, size in UNITS:
        if unit in ("y", "w") and milliseconds % size:
            continue
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
