"""What the inference claims, held against the label semantics of PromQL on random histories and expressions."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.records import record_type
from gpurules.promql.syntax.tree import Expression
from gpurules.promql.types import SeriesType
from promql_claims import contradictions
from promql_model import NAME, Refused, Vector, evaluate, labels_of
from promql_random import MINUTES, World, vector, world

SETTLED = 1500
"""Seeds that every run looks at; hypothesis adds others."""


def check(seed: int) -> str:
    """Judges one random expression; returns a word for what it was."""
    rng = random.Random(seed)
    there: World = world(rng)
    expression: Expression = vector(rng, rng.randint(1, 4))
    inference = infer(expression, there)
    assert isinstance(inference.type, SeriesType)
    for node in inference.nodes:
        if isinstance(node.type, SeriesType):
            well_formed(node.type)
    vectors: list[Vector] = []
    refusals = []
    for minute in range(MINUTES):
        try:
            vectors.append(evaluate(expression, there.history, minute))
        except Refused as refusal:
            refusals.append(f"{refusal} at minute {minute}")
    assert not (refusals and inference.safe), (refusals, expression)
    assert not contradictions(inference.type, vectors), (expression, inference.type)
    rule_labels = {"l": "1"} if seed % 2 else {"a": "", "b": "1"}
    recorded, failure = record_type("r:r:r", inference.type, rule_labels)
    well_formed(recorded)
    generations = [as_recorded(vector, rule_labels) for vector in vectors]
    if failure is None:
        assert all(len(set(series)) == len(series) for series in generations), (expression, recorded)
    side_by_side = [series for generation in generations for series in generation]
    assert not contradictions(recorded, [side_by_side]), (expression, recorded)
    return "refused" if refusals else "safe" if inference.safe else "not proved"


def as_recorded(vector: Vector, labels: dict[str, str]) -> Vector:
    """The series that a recording rule writes."""
    return [labels_of({**dict(series), NAME: "r:r:r", **labels}) for series in vector]


def well_formed(type_: SeriesType) -> None:
    """What holds of every type."""
    assert type_.certain <= type_.possible
    assert type_.constants.keys() <= type_.certain
    assert type_.domains.keys() <= type_.possible
    assert not type_.absent & type_.possible
    if not type_.open:
        assert all(key.labels <= type_.possible | {NAME} for key in type_.keys)
        assert not type_.absent


def test_claims_hold_on_settled_seeds() -> None:
    counted: dict[str, int] = {}
    for seed in range(SETTLED):
        word = check(seed)
        counted[word] = counted.get(word, 0) + 1
    assert min(counted.get(word, 0) for word in ("refused", "safe", "not proved")) > SETTLED // 20, counted


@given(st.integers(min_value=0, max_value=2**62))
def test_claims_hold(seed: int) -> None:
    check(seed)
