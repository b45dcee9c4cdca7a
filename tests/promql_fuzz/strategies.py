"""The random worlds as a hypothesis strategy: what is found to be wrong shrinks to a small example.

Every choice of the schema and the expression is drawn from hypothesis, and so is which series of the data are there.
This is for finding and shrinking: hypothesis varies an example several times before it makes a new one, so that less
than half of its expressions are new, and a call of promtool for each costs far more than one for sixty. The shares that
the bounds speak of are therefore counted on the even choices of ``judging.many``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from gpurules.promql.syntax.printer import to_text
from promql_fuzz.expressions import MAKERS, expression
from promql_fuzz.judging import RULE_LABELS, Case, case, with_data
from promql_fuzz.worlds import Data, Schema, data_set, schema


@dataclass(frozen=True)
class World:
    """Declared metrics, an expression over them, alone or recorded under ``labels``, and series that respect them."""

    there: Schema
    text: str
    labels: Mapping[str, str] | None
    data: tuple[Data, ...]


class Drawn(random.Random):
    """Draws every choice from hypothesis, evenly; shrinks to the first of what there is to choose from."""

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__(0)
        self._draw = draw

    def random(self) -> float:
        """One of a thousand numbers from 0 on, below 1."""
        return self._draw(st.integers(0, 999)) / 1000

    def getrandbits(self, k: int, /) -> int:
        """Any number of ``k`` bits."""
        return self._draw(st.integers(0, 2**k - 1))

    def _randbelow(self, n: int) -> int:
        # What choice, sample, shuffle and randint ask.
        return self._draw(st.integers(0, n - 1)) if n > 1 else 0


@st.composite
def expressions(draw: st.DrawFn) -> tuple[Schema, str]:
    """Any metrics, and any expression over them."""
    chosen = Drawn(draw)
    there = schema(chosen)
    return there, to_text(expression(chosen, there, draw(st.sampled_from(list(MAKERS)))))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any world. Its series come from a seed; all but a few of them are there, and shrinking takes away more."""
    there, text = draw(expressions())
    labels = draw(st.one_of(st.none(), st.sampled_from(RULE_LABELS)))
    seeds = draw(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=2))
    made = [data_set(random.Random(seed), there, seed % 4) for seed in seeds]
    data = [{labels: samples for labels, samples in one.items() if draw(st.integers(0, 19))} for one in made]
    return World(there, text, labels, tuple(one for one in data if one))


def judged(promtool: Path, world: World) -> Case:
    """The expression of ``world``, held against promtool on each of its data sets."""
    one = case(0, world.text, world.there, world.labels)
    for data in world.data:
        with_data(promtool, one, data)
    return one


def told(world: World, one: Case) -> str:
    """A counterexample on a few lines, as ``tests/promql/infer/test_infer_fuzz.py`` lists them."""
    shown = [
        " ".join(f"{label}={value}" for label, value in sorted(series)) + ": " + " ".join(samples)
        for data in world.data
        for series, samples in sorted(data.items(), key=str)
    ]
    types = [f"{name}: {declared}" for name, declared in world.there.types.items() if name in world.text]
    return "\n".join((f"{world.text}  labels {world.labels}", *one.faults[:3], *types, *shown))
