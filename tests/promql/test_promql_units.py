"""Unit words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gpurules.promql.types import ONE, SECOND, Unit
from gpurules.promql.units import UNITS, unit_named, word_for

BYTE = (("byte", 1),)


@pytest.mark.parametrize(
    ("word", "unit"),
    [
        ("ratio", ONE),
        ("percent", Unit((), Fraction(1, 100))),
        ("MiB", Unit(BYTE, Fraction(1024**2))),
        ("MB", Unit(BYTE, Fraction(1000**2))),
        ("seconds", SECOND),
        ("nanoseconds", Unit((("second", 1),), Fraction(1, 10**9))),
        ("watts", Unit((("joule", 1), ("second", -1)))),
        ("joules/seconds", Unit((("joule", 1), ("second", -1)))),
        ("millijoules", Unit((("joule", 1),), Fraction(1, 1000))),
        ("bytes/seconds", Unit((("byte", 1), ("second", -1)))),
        ("bytes/milliseconds", Unit((("byte", 1), ("second", -1)), Fraction(1000))),
        ("MHz", Unit((("hertz", 1),), Fraction(10**6))),
        ("mib", None),
        ("", None),
        ("/", None),
        ("bytes/", None),
        ("bytes/bytes", None),
        ("bytes/seconds/seconds", None),
        ("/seconds", None),
    ],
)
def test_unit_named(word: str, unit: Unit | None) -> None:
    assert unit_named(word) == unit


@pytest.mark.parametrize("word", UNITS)
def test_a_word_for_every_unit(word: str) -> None:
    assert unit_named(word_for(UNITS[word])) == UNITS[word]


def test_a_unit_without_a_word_is_spelt_out() -> None:
    assert word_for(Unit((("byte", 2),))) == "byte^2"
    assert word_for(Unit((("byte", 1), ("second", -1)))) == "bytes/seconds"
