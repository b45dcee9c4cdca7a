"""The unit words of the field catalog, as exact units and as the base-unit ending of a record's name."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from gpurules.catalog.field import FieldKind
from gpurules.promql.types import ONE, SECOND, Unit

_BYTE = (("byte", 1),)
_BYTE_PER_SECOND = (("byte", 1), ("second", -1))
_JOULE = (("joule", 1),)
_WATT = (("joule", 1), ("second", -1))
_WATT_PER_SECOND = (("joule", 1), ("second", -2))
_PERCENT = Fraction(1, 100)


class UnitWord(NamedTuple):
    """One word of the catalog's unit column: its exact unit, and the ending of a record that holds the base unit."""

    word: str
    unit: Unit
    suffix: str


def _table(*words: UnitWord) -> dict[str, UnitWord]:
    return {entry.word: entry for entry in words}


UNITS = _table(
    UnitWord("count", ONE, ""),
    UnitWord("ratio", ONE, "ratio"),
    UnitWord("percent", Unit((), _PERCENT), "ratio"),
    UnitWord("bytes", Unit(_BYTE), "bytes"),
    UnitWord("MiB", Unit(_BYTE, Fraction(1024**2)), "bytes"),
    UnitWord("bytes/s", Unit(_BYTE_PER_SECOND), "bytes_per_second"),
    UnitWord("KB/s", Unit(_BYTE_PER_SECOND, Fraction(1000)), "bytes_per_second"),
    # DCGM divides NVML's KiB by 1000 and calls the result MB (DcgmCacheManager.cpp, ReadAndCacheNvLinkBandwidth).
    UnitWord("1000KiB/s", Unit(_BYTE_PER_SECOND, Fraction(1000 * 1024)), "bytes_per_second"),
    UnitWord("MB/s", Unit(_BYTE_PER_SECOND, Fraction(1000**2)), "bytes_per_second"),
    UnitWord("celsius", Unit((("celsius", 1),)), "celsius"),
    UnitWord("W", Unit(_WATT), "watts"),
    UnitWord("mW/s", Unit(_WATT_PER_SECOND, Fraction(1, 1000)), "watts_per_second"),
    UnitWord("J", Unit(_JOULE), "joules"),
    UnitWord("mJ", Unit(_JOULE, Fraction(1, 1000)), "joules"),
    UnitWord("Hz", Unit((("hertz", 1),)), "hertz"),
    UnitWord("kHz", Unit((("hertz", 1),), Fraction(1000)), "hertz"),
    UnitWord("MHz", Unit((("hertz", 1),), Fraction(1000**2)), "hertz"),
    UnitWord("fps", Unit((("second", -1),)), "per_second"),
    UnitWord("s", SECOND, "seconds"),
    UnitWord("ms", Unit((("second", 1),), Fraction(1, 1000)), "seconds"),
    UnitWord("ns", Unit((("second", 1),), Fraction(1, 1000**3)), "seconds"),
    UnitWord("mV", Unit((("volt", 1),), Fraction(1, 1000)), "volts"),
)
"""Every word, by itself. ``1000KiB/s`` is NVLink's throughput."""

_RATE_SUFFIXES = {"": "per_second", "bytes": "bytes_per_second", "joules": "watts", "seconds": "ratio"}


def word_of(unit: Unit | None, kind: FieldKind) -> str:
    """The word of a field's unit; empty where it has none."""
    if unit == ONE:
        return "ratio" if kind is FieldKind.RATIO else "count"
    return next((entry.word for entry in UNITS.values() if entry.unit == unit), "")


def record_suffix(kind: FieldKind, word: str) -> str:
    """How a field's record must end: as its unit does, or for a counter as the unit of its rate does."""
    suffix = UNITS[word].suffix if word else ""
    return _RATE_SUFFIXES[suffix] if kind is FieldKind.COUNTER else suffix
