"""Random metrics, and data sets that respect what they declare and try to break what they do not; all from a seed.

A data set lasts some minutes. Series end with a stale marker and come back under other labels; most new series are near
copies of one that is there, so that two series agree on as many labels as the declared keys allow.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gpurules.promql.types import SeriesType
from promql_model import NAME, Labels, get, labels_of
from promql_random import LABELS, VALUES, may_live_together, series_type

MINUTES = 6
UNKNOWN = "u"
"""A metric that has series and of which nothing is declared."""
HIDDEN = ("e", "z")
"""Labels that series of open metrics may carry as well."""
BUCKETS = ("h_bucket", "i_bucket")
BOUNDS = ("1", "2", "+Inf")
NAMES = ("m", "n", "o")

Data = Mapping[Labels, tuple[str, ...]]
"""Series, each with one sample for each minute as promtool writes it: a number, ``_`` (none) or ``stale``."""


@dataclass(frozen=True)
class Schema:
    """Declared metrics; the environment of the inference."""

    types: Mapping[str, SeriesType]

    def type_of(self, metric: str) -> SeriesType | None:
        """The declared type of a metric."""
        return self.types.get(metric)


def schema(rng: random.Random) -> Schema:
    """Three random metrics and two classic histograms."""
    types = {name: _with_key(rng, series_type(rng)) for name in NAMES}
    for name in BUCKETS:
        buckets = series_type(rng)
        types[name] = buckets._replace(
            certain=buckets.certain | {"le"},
            possible=buckets.possible | {"le"},
            keys=tuple(key._replace(labels=key.labels | {"le"}) for key in buckets.keys),
        )
    return Schema(types)


def _with_key(rng: random.Random, declared: SeriesType) -> SeriesType:
    """Most metrics have a key of one or two labels, as in life."""
    if not declared.keys or rng.random() < 0.3:
        return declared
    first = declared.keys[0]
    short = frozenset(rng.sample(sorted(declared.possible), min(len(declared.possible), rng.choice((1, 1, 2)))))
    return declared._replace(keys=(first._replace(labels=short), *declared.keys[1:]))


def data_set(rng: random.Random, there: Schema, style: int) -> Data:
    """Series of all metrics over ``MINUTES`` minutes. ``style`` 0: few; 1: many; 2: many that move; 3: mixed."""
    alive: dict[Labels, list[bool]] = {}
    for name in (*there.types, UNKNOWN):
        declared = there.types.get(name, SeriesType(possible=frozenset(LABELS)))
        mine: dict[Labels, list[bool]] = {}
        for _ in range(rng.randint(1, 3) if style == 0 else rng.randint(3, 14)):
            others = alive if rng.random() < 0.3 else {}
            labels = _near(rng, name, declared, {**mine, **others})
            life = _life(rng, style)
            life = _allowed(declared, labels, life, mine)
            if any(life):
                mine[labels] = [a or b for a, b in zip(mine.get(labels, life), life, strict=True)]
        alive |= mine
    return {labels: _samples(rng, life) for labels, life in alive.items()}


def _near(rng: random.Random, name: str, declared: SeriesType, there: Mapping[Labels, object]) -> Labels:
    """A new series: often one that is there, with one or two labels changed."""
    labels = set(declared.possible)
    if declared.open:
        labels.update(label for label in (*LABELS, *HIDDEN) if label not in declared.absent)
    values: dict[str, str] = {}
    changed: Iterable[str] = sorted(labels)
    if there and rng.random() < 0.8:
        model = dict(rng.choice(sorted(there, key=sorted)))
        values = {label: value for label, value in model.items() if label in labels}
        changed = rng.sample(sorted(labels), min(len(labels), rng.choice((0, 1, 1, 2))))
    for label in changed:
        values[label] = _value(rng, label, declared)
    for label in sorted(declared.certain):
        values[label] = declared.constants.get(label) or values.get(label) or _value(rng, label, declared)
    return labels_of({**values, NAME: name})


def _value(rng: random.Random, label: str, declared: SeriesType) -> str:
    if label == "le":
        return rng.choice(BOUNDS)
    if label in HIDDEN:
        return rng.choice(("", "", "1"))
    if rng.random() < 0.06:
        return "12"
    return rng.choice(VALUES[1:] if label in declared.certain else VALUES)


def _life(rng: random.Random, style: int) -> list[bool]:
    """The minutes at which a series has a sample."""
    if style <= 1 or (style == 3 and rng.random() < 0.4):
        return [True] * MINUTES
    first = rng.randrange(MINUTES)
    last = min(MINUTES, first + rng.choice((1, 2, 2, 3)))
    life = [first <= minute < last for minute in range(MINUTES)]
    if rng.random() < 0.3:
        life[rng.randrange(MINUTES)] = True
    return life


def _allowed(declared: SeriesType, labels: Labels, life: list[bool], there: Mapping[Labels, list[bool]]) -> list[bool]:
    """``life`` less the minutes at which ``labels`` may not be there beside the others."""
    life = list(life)
    for other, theirs in there.items():
        if not may_live_together(declared, labels, other, False):
            return [False] * MINUTES
        if not may_live_together(declared, labels, other, True):
            life = [mine and not yours for mine, yours in zip(life, theirs, strict=True)]
    return life


def _samples(rng: random.Random, life: list[bool]) -> tuple[str, ...]:
    start, step = rng.randint(0, 3), rng.choice((0, 0, 1, -1))
    samples = [str(start + step * minute) if there else "stale" for minute, there in enumerate(life)]
    first = life.index(True)
    return ("_",) * first + tuple(samples[first:])


def input_series(data: Data) -> list[dict[str, str]]:
    """The data set as promtool reads it."""
    written = []
    for labels in sorted(data, key=sorted):
        pairs = ",".join(f"{label}={json.dumps(value)}" for label, value in sorted(labels) if label != NAME)
        written.append({"series": f"{get(labels, NAME)}{{{pairs}}}", "values": " ".join(data[labels])})
    return written
