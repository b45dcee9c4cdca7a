"""How units and kinds go through arithmetic, functions and aggregations."""

from __future__ import annotations

import math
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from gpurules.promql.types import ONE, SECOND, Kind, Unit


class Measure(NamedTuple):
    """What a number is: its unit, None where unknown; its kind; and its value where it is a constant."""

    unit: Unit | None = None
    kind: Kind = Kind.UNKNOWN
    constant: float | None = None


PLAIN = Measure(ONE, Kind.GAUGE)
PRESENT = Measure(ONE, Kind.INFO)
ABSENT = Measure(ONE, Kind.FLAG)
NEUTRAL_KINDS = (Kind.INFO, Kind.FLAG)
"""Kinds that act as 1, or as 0 or 1, in a product; the first of them gives way to the second."""


class ValueEffect(Enum):
    """What a function does to the numbers of its vector."""

    SAME = "the numbers themselves, selected or combined"
    SHAPED = "numbers of the same unit that no longer count up"
    PER_SECOND = "growth for each second"
    GROWTH = "growth over the range"
    COUNT = "a plain count"
    PRESENT = "always 1"
    TIME = "a time in seconds since the epoch"
    SQUARED = "numbers of the squared unit"
    PLAIN = "a number without unit"
    UNKNOWN = "a number of which nothing is known"


def after(effect: ValueEffect, measure: Measure) -> Measure:
    """What the numbers are after a function of that effect."""
    unit = measure.unit
    match effect:
        case ValueEffect.SAME:
            return Measure(unit, measure.kind)
        case ValueEffect.SHAPED:
            return Measure(unit, _uncounted(measure.kind))
        case ValueEffect.PER_SECOND:
            return Measure(None if unit is None else unit.per(SECOND), Kind.RATE)
        case ValueEffect.GROWTH:
            return Measure(unit, Kind.GAUGE)
        case ValueEffect.COUNT | ValueEffect.PLAIN:
            return PLAIN
        case ValueEffect.PRESENT:
            return PRESENT
        case ValueEffect.TIME:
            return Measure(SECOND, Kind.TIMESTAMP)
        case ValueEffect.SQUARED:
            return Measure(None if unit is None else unit.times(unit), Kind.GAUGE)
        case ValueEffect.UNKNOWN:
            return Measure(None, Kind.GAUGE)


def _uncounted(kind: Kind) -> Kind:
    return Kind.GAUGE if kind in (Kind.COUNTER, Kind.INFO) else kind


def product(left: Measure, right: Measure) -> Measure:
    """``left * right``."""
    if left.constant is not None:
        left, right = right, left
    if right.constant is not None:
        return scaled(left, right.constant)
    for neutral in NEUTRAL_KINDS:
        for one, other in ((left, right), (right, left)):
            if one.kind is neutral and one.unit in (None, ONE):
                return other
    if left.unit is None or right.unit is None:
        return Measure()
    return Measure(left.unit.times(right.unit), _mixed(left.kind, right.kind))


def quotient(left: Measure, right: Measure) -> Measure:
    """``left / right``; equal dimensions give a ratio."""
    if right.constant is not None:
        return (
            scaled(left, right.constant, divided=True) if right.constant else Measure(left.unit, _uncounted(left.kind))
        )
    if right.kind in NEUTRAL_KINDS and right.unit in (None, ONE):
        return Measure(left.unit, left.kind)
    if left.constant is not None:
        return scaled(Measure(None if right.unit is None else ONE.per(right.unit), Kind.GAUGE), left.constant)
    if left.unit is None or right.unit is None:
        return Measure()
    unit = left.unit.per(right.unit)
    return Measure(unit, Kind.RATIO if not unit.dimension else _mixed(left.kind, right.kind))


def scaled(measure: Measure, factor: float, divided: bool = False) -> Measure:
    """``measure`` times a constant, or ``divided`` by it, which changes the unit only if it is a known conversion."""
    kind = measure.kind
    if kind is Kind.INFO:
        kind = Kind.FLAG if factor in (0, 1) else Kind.GAUGE
    elif kind is Kind.COUNTER and not factor > 0:
        kind = Kind.GAUGE
    conversion = known_conversion(factor)
    unit = measure.unit
    if unit is not None and conversion is not None:
        unit = Unit(unit.dimension, unit.scale * conversion if divided else unit.scale / conversion)
    return Measure(unit, kind)


def integrated(measure: Measure) -> Measure:
    """``measure`` summed over time and multiplied by the seconds for which each reading stands."""
    return Measure(None if measure.unit is None else measure.unit.times(SECOND), scaled(measure, 2.0).kind)


def _mixed(left: Kind, right: Kind) -> Kind:
    if Kind.UNKNOWN in (left, right):
        return Kind.UNKNOWN
    return Kind.FLAG if {left, right} == {Kind.FLAG, Kind.INFO} else Kind.GAUGE


def total(left: Measure, right: Measure) -> Measure:
    """``left + right``, ``left - right`` and the like, where the units are equal or one side is a constant."""
    for one, other in ((left, right), (right, left)):
        if one.constant is not None:
            return Measure(other.unit, _uncounted(other.kind))
    unit = left.unit if left.unit == right.unit else None
    if Kind.UNKNOWN in (left.kind, right.kind):
        return Measure(unit)
    same = left.kind is right.kind and left.kind not in (Kind.COUNTER, Kind.INFO, Kind.TIMESTAMP)
    return Measure(unit, left.kind if same else Kind.GAUGE)


def either(left: Measure, right: Measure) -> Measure:
    """What a number is that comes from one side or from the other."""
    for one, other in ((left, right), (right, left)):
        if one.constant is not None:
            flag = other.kind is Kind.INFO and one.constant in (0, 1)
            return Measure(other.unit, Kind.FLAG if flag else _uncounted(other.kind))
    unit = left.unit if left.unit == right.unit else None
    if left.kind is right.kind:
        return Measure(unit, left.kind)
    return Measure(unit, _mixed(left.kind, right.kind))


def differ(left: Measure, right: Measure) -> tuple[Unit, Unit] | None:
    """Both units, where they are known and different; a constant takes the unit of the other side."""
    if left.constant is not None or right.constant is not None:
        return None
    if left.unit is None or right.unit is None or left.unit == right.unit:
        return None
    return left.unit, right.unit


@lru_cache(maxsize=1024)
def known_conversion(factor: float) -> Fraction | None:
    """``factor`` exactly, where it converts between units: products of 1024^n, 60, 3600 and 10^n but for 10 itself.

    Both directions count: 1/1024 as well as 1024. Any other constant (0, 2, 0.5, 8) says nothing of units.
    """
    if not math.isfinite(factor) or factor <= 0 or factor == 1:
        return None
    exact = Fraction(repr(factor))
    twos, rest = _power_of(exact, 2)
    threes, rest = _power_of(rest, 3)
    fives, rest = _power_of(rest, 5)
    if rest != 1 or abs(threes) > 2:
        return None
    tens = fives - threes
    kibis, odd = divmod(twos - tens - 2 * threes, 10)
    if odd or abs(kibis) > 8 or abs(tens) > 24 or abs(tens) == 1:
        return None
    return exact


def _power_of(value: Fraction, prime: int) -> tuple[int, Fraction]:
    above, below = value.numerator, value.denominator
    power = 0
    while above % prime == 0:
        above //= prime
        power += 1
    while below % prime == 0:
        below //= prime
        power -= 1
    return power, Fraction(above, below)
