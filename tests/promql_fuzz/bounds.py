"""What a run of the fuzz must hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from promql_fuzz.judging import TEXTS, Summary


@dataclass(frozen=True)
class Bounds:
    """Least shares of the expressions, and how often each code must be confirmed."""

    confirmed: float
    productive: float
    construct: float
    code: int


LONG_RUN = Bounds(confirmed=0.80, productive=0.35, construct=0.02, code=20)
SHORT_RUN = Bounds(confirmed=0.80, productive=0.35, construct=0.02, code=3)


def broken(found: Summary, bounds: Bounds) -> list[str]:
    """The bounds that do not hold, in words."""
    return list(_broken(found, bounds))


def _broken(found: Summary, bounds: Bounds) -> Iterable[str]:
    if found.unsound:
        yield f"{len(found.unsound)} unsound"
    if found.confirmed < bounds.confirmed * found.unsafe:
        yield f"{found.confirmed} of {found.unsafe} called unsafe are confirmed, less than {bounds.confirmed:.0%}"
    if found.productive < bounds.productive * found.expressions:
        yield f"{found.productive} are called safe and have output, less than {bounds.productive:.0%}"
    name, count = found.rarest
    if count < bounds.construct * found.expressions:
        yield f"{name} is in {count} expressions, less than {bounds.construct:.0%}"
    for code in TEXTS:
        if found.codes[code] < bounds.code:
            yield f"{code} is confirmed {found.codes[code]} times, less than {bounds.code}"
