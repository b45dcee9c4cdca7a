"""Unit words that people write, and the units they mean."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gpurules.promql.types import ONE, SECOND, Unit

_BYTE = Unit((("byte", 1),))
_JOULE = Unit((("joule", 1),))
_WATT = Unit((("joule", 1), ("second", -1)))
_HERTZ = Unit((("hertz", 1),))
_VOLT = Unit((("volt", 1),))


def _scaled(unit: Unit, scale: Fraction | int) -> Unit:
    return Unit(unit.dimension, unit.scale * scale)


UNITS: Mapping[str, Unit] = {
    "count": ONE,
    "ratio": ONE,
    "percent": _scaled(ONE, Fraction(1, 100)),
    "events": Unit((("event", 1),)),
    "bytes": _BYTE,
    "kB": _scaled(_BYTE, 1000),
    "MB": _scaled(_BYTE, 1000**2),
    "GB": _scaled(_BYTE, 1000**3),
    "KiB": _scaled(_BYTE, 1024),
    "MiB": _scaled(_BYTE, 1024**2),
    "GiB": _scaled(_BYTE, 1024**3),
    "seconds": SECOND,
    "milliseconds": _scaled(SECOND, Fraction(1, 1000)),
    "microseconds": _scaled(SECOND, Fraction(1, 1000**2)),
    "nanoseconds": _scaled(SECOND, Fraction(1, 1000**3)),
    "minutes": _scaled(SECOND, 60),
    "hours": _scaled(SECOND, 3600),
    "celsius": Unit((("celsius", 1),)),
    "watts": _WATT,
    "milliwatts": _scaled(_WATT, Fraction(1, 1000)),
    "joules": _JOULE,
    "millijoules": _scaled(_JOULE, Fraction(1, 1000)),
    "hertz": _HERTZ,
    "kHz": _scaled(_HERTZ, 1000),
    "MHz": _scaled(_HERTZ, 1000**2),
    "volts": _VOLT,
    "millivolts": _scaled(_VOLT, Fraction(1, 1000)),
    "microvolts": _scaled(_VOLT, Fraction(1, 1000**2)),
}
"""Word -> unit; any word may be divided by a word of time, as in ``MiB/seconds``."""


def unit_named(word: str) -> Unit | None:
    """The unit that ``word`` names, such as ``MiB``, ``percent`` or ``bytes/seconds``; None where no unit has it."""
    above, slash, below = word.partition("/")
    unit = UNITS.get(above)
    if not slash or unit is None:
        return unit
    time = UNITS.get(below)
    return unit.per(time) if time is not None and time.dimension == SECOND.dimension else None


def word_for(unit: Unit) -> str:
    """The word for ``unit``; where it has none, the unit's own spelling."""
    for word, known in UNITS.items():
        if known == unit:
            return word
    for word, known in UNITS.items():
        if known.per(SECOND) == unit:
            return f"{word}/seconds"
    return str(unit)
