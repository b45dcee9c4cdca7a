"""The type of a PromQL expression: labels, keys, dependencies, value domains, unit and kind.

This module knows PromQL's value model and nothing of GPUs or KubeVirt. ``labels/``, ``catalog/`` and ``config/``
describe real metrics in these words; ``promql/infer`` carries them through an expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple

from gpurules.text.span import NOWHERE, Span


class Validity(Enum):
    """For how long a key or dependency holds.

    ``ALWAYS``: no two series ever share it, whatever the times they lived.
    ``INSTANT``: no two series that are alive at one evaluation share it.
    """

    ALWAYS = "always"
    INSTANT = "instant"


class Key(NamedTuple):
    """A set of labels on which no two series agree. The empty set: there is at most one series."""

    labels: frozenset[str]
    validity: Validity = Validity.INSTANT


class Guard(NamedTuple):
    """A condition on one label of a series, written as a matcher: ``op`` is ``=``, ``!=``, ``=~`` or ``!~``.

    A label that is not there counts as empty, as in a selector. Whether a selector's own matchers establish a guard is
    answered by ``gpurules.promql.guard.established``.
    """

    label: str
    op: str
    value: str


class Dependency(NamedTuple):
    """A functional dependency: two series that agree on ``determinant`` agree on every label of ``dependent``.

    With ``guards`` it holds only among the series that satisfy all of them: a launcher pod fixes the VM's name, but the
    empty pod of VMs that have none fixes nothing. Guards occur in declared types only. A selector settles them: it
    keeps the dependency, without its guards, where its matchers establish every guard, and drops it otherwise (to drop
    a dependency is always sound). The type of an expression holds no guarded dependency, so nothing above the selector
    has to look at ``guards``.
    """

    determinant: frozenset[str]
    dependent: frozenset[str]
    validity: Validity = Validity.INSTANT
    guards: frozenset[Guard] = frozenset()


class Kind(Enum):
    """What the numbers of a series are."""

    UNKNOWN = "unknown"
    GAUGE = "gauge"
    COUNTER = "counter"
    RATE = "rate"
    RATIO = "ratio"
    FLAG = "flag"
    CODE = "code"
    INFO = "info"
    TIMESTAMP = "timestamp"


class Unit(NamedTuple):
    """A dimension and the exact size of one step of the number in that dimension's base unit.

    ``dimension`` maps base units to exponents, sorted by name, zero exponents left out, such as
    ``(("byte", 1), ("second", -1))``.
    Base units: byte, celsius, joule, hertz, second, volt, event (a dimensionless count has the empty dimension, and so
    has a ratio). Watts are joules per second. ``scale``: MiB is 1048576, percent is 1/100, milliseconds 1/1000.
    """

    dimension: tuple[tuple[str, int], ...] = ()
    scale: Fraction = Fraction(1)

    def __str__(self) -> str:
        """Such as ``byte``, ``1/100``, ``1048576 byte/second``."""
        above = [name if power == 1 else f"{name}^{power}" for name, power in self.dimension if power > 0]
        below = [name if power == -1 else f"{name}^{-power}" for name, power in self.dimension if power < 0]
        name = "*".join(above) or ("1" if below or self.scale == 1 else "")
        if below:
            name += "/" + "/".join(below)
        if self.scale == 1:
            return name
        return f"{self.scale} {name}".strip()

    def times(self, other: Unit) -> Unit:
        """The unit of a product."""
        return Unit(_combine(self.dimension, other.dimension, 1), self.scale * other.scale)

    def per(self, other: Unit) -> Unit:
        """The unit of a quotient."""
        return Unit(_combine(self.dimension, other.dimension, -1), self.scale / other.scale)


def _combine(
    left: tuple[tuple[str, int], ...], right: tuple[tuple[str, int], ...], sign: int
) -> tuple[tuple[str, int], ...]:
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + sign * power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


ONE = Unit()
SECOND = Unit((("second", 1),))


class Change(NamedTuple):
    """Why a label changed: ``what`` is dropped, copied, overwritten or set; ``span`` is the word that did it."""

    what: str
    span: Span = NOWHERE


NO_LABELS: Mapping[str, Any] = {}
"""Nothing is said of any label."""


class SeriesType(NamedTuple):
    """What is known of the series of an instant vector.

    ``open``: series may carry labels beyond ``possible`` (an unknown metric, pod labels, label rows). The labels named
    in ``absent`` are certainly not there even then.
    ``names``: the metric names the series may have; empty set: no name; None: unknown.
    ``certain`` is a subset of ``possible``; a certain label is non-empty on every series.
    ``distinct``: no two series share all their labels without the name. ``keys`` holds minimal keys; labels in a key
    need not be certain (an absent label counts as the empty value, as in vector matching).
    ``domains``: label -> opaque name of the value domain, absent where unknown.
    ``constants``: label -> the one value that every series has there (from ``=`` matchers and rule labels).
    ``empty``: there is certainly no series (matchers that exclude each other, a match that can never succeed).
    """

    open: bool = True
    names: frozenset[str] | None = None
    certain: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    keys: tuple[Key, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    distinct: Validity | None = Validity.ALWAYS
    domains: Mapping[str, str] = NO_LABELS
    constants: Mapping[str, str] = NO_LABELS
    unit: Unit | None = None
    kind: Kind = Kind.UNKNOWN
    changes: Mapping[str, Change] = NO_LABELS
    empty: bool = False


OPEN = SeriesType()
"""A metric of which nothing is known."""


@dataclass(frozen=True, slots=True)
class ScalarType:
    """A scalar; ``value`` where the expression is a constant."""

    value: float | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class StringType:
    """A string literal."""

    value: str


@dataclass(frozen=True, slots=True)
class RangeType:
    """A range vector of ``seconds``: the series as they were over the range, hence only keys that hold always."""

    series: SeriesType
    seconds: float


ExpressionType = SeriesType | ScalarType | StringType | RangeType
