"""What is remembered of one expression and told of another is what would have been inferred anew."""

from __future__ import annotations

import random

import pytest

from gpurules.promql.infer import memory, selectors
from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.findings import Inference
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.printer import to_text
from gpurules.promql.types import ExpressionType, Kind, RangeType, SeriesType
from gpurules.promql.units import UNITS
from promql_fuzz.expressions import MAKERS, expression
from promql_fuzz.worlds import Schema, schema


def forget() -> None:
    memory._entries.clear()
    selectors._held.clear()
    selectors._declared.clear()
    selectors._equal.clear()


def with_units(rng: random.Random, there: Schema) -> Schema:
    units = [None, *UNITS.values()]
    return Schema(
        {
            name: declared._replace(
                unit=rng.choice(units), kind=rng.choice(list(Kind)), domains={"a": rng.choice("xy")}
            )
            for name, declared in there.types.items()
        }
    )


def told(inference: Inference) -> object:
    types = [(node.expression.span, content(node.type)) for node in inference.nodes]
    return types, content(inference.type), inference.failures, inference.unproved, inference.findings


def content(found: ExpressionType) -> object:
    if isinstance(found, RangeType):
        return found.seconds, content(found.series)
    return found._replace(changes=dict(found.changes)) if isinstance(found, SeriesType) else repr(found)


@pytest.mark.parametrize("alike", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_an_expression_at_another_place(seed: int, alike: bool) -> None:
    """``alike``: all metrics are declared alike, in equal types that are not the same object."""
    rng = random.Random(seed)
    there = with_units(rng, schema(rng))
    if alike:
        there = Schema({name: there.types["m"]._replace() for name in there.types})
    texts = [to_text(expression(rng, there, construct)) for construct in rng.sample(sorted(MAKERS), 8)]
    moved = [f"( # {text[:9]!r}\n  {text} ) > {number}" for number, text in enumerate(texts)]
    anew = []
    for text in moved:
        forget()
        anew.append(told(infer(parse(text), there)))
    forget()
    for text in texts:
        infer(parse(text), there)
    entries = len(memory._entries)
    assert entries > 0
    for text, expected in zip(moved, anew, strict=True):
        assert told(infer(parse(text), there)) == expected, text
    # Only the comparison around each is new; what reads the tree or several metrics is never remembered.
    assert len(memory._entries) <= entries + len(moved)


def test_metrics_that_are_declared_alike_share_what_is_remembered() -> None:
    declared = SeriesType(open=False, possible=frozenset("ab"), unit=UNITS["MiB"], kind=Kind.GAUGE)
    there = Schema({f"m{number}": declared._replace() for number in range(50)})
    forget()
    for number in range(50):
        found = infer(parse(f"m{number} * 1024 > 5 and sum by (a) (m{number}) == m{number}"), there).type
        assert isinstance(found, SeriesType)
        assert found.names == frozenset()
        kept = infer(parse(f"sort(last_over_time(m{number}[5m]))"), there).type
        assert isinstance(kept, SeriesType)
        assert kept.names == frozenset((f"m{number}",))
    assert len(memory._entries) == 8


def test_another_threshold_is_no_other_type() -> None:
    rng = random.Random(1)
    there = schema(rng)
    forget()
    for number in range(50):
        infer(parse(f"sum by (a) (rate(m[5m])) > {number}"), there)
    assert len(memory._entries) == 4


def test_a_factor_is(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Schema({"m": SeriesType(open=False, unit=UNITS["MiB"], kind=Kind.GAUGE)})
    found = [infer(parse(text), there).type for text in ("m * 1048576", "m * 2", "m * 1048576")]
    assert [getattr(one, "unit", None) for one in found] == [UNITS["bytes"], UNITS["MiB"], UNITS["bytes"]]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_REMEMBERED", 10)
    monkeypatch.setattr(selectors, "MOST_HELD", 10)
    forget()
    for number in range(100):
        infer(parse(f"-m{number}"), Schema({}))
        assert len(memory._entries) <= 10
        assert len(selectors._held) <= 10


def test_a_schema_that_changes_is_asked_again() -> None:
    types = {"m": SeriesType(open=False, possible=frozenset(("a", "b")))}
    there = Schema(types)
    before = infer(parse("sum without (b) (m)"), there).type
    types["m"] = SeriesType(open=False, possible=frozenset(("b", "c")))
    after = infer(parse("sum without (b) (m)"), there).type
    assert isinstance(before, SeriesType)
    assert isinstance(after, SeriesType)
    assert (sorted(before.possible), sorted(after.possible)) == (["a"], ["c"])
