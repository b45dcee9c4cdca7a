"""Random expressions against promtool: a settled seed, and what was once found wrong. ``make fuzz`` looks at more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import components
from promql_fuzz.bounds import SHORT_RUN, broken
from promql_fuzz.judging import case, judge, many, summary, with_data
from promql_fuzz.strategies import World, judged, told, worlds
from promql_fuzz.worlds import MINUTES, Schema
from promql_model import NAME, Labels, labels_of
from promql_notation import series

SEED = 17
EXPRESSIONS = 300


@pytest.mark.parametrize("release", ["promtool-2.42", "promtool-2.53"])
def test_the_inference_is_sound_and_useful(release: str) -> None:
    promtool = components.require(release)
    cases = many(SEED, EXPRESSIONS)
    judge(promtool, cases)
    found = summary(cases)
    print(found.told())
    assert [(one.text, one.labels, one.faults) for one in found.unsound] == []
    assert broken(found, SHORT_RUN) == []


@settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_no_world_refutes_the_inference(promtool: Path, world: World) -> None:
    one = judged(promtool, world)
    assert not one.faults, told(world, one)


FOUND: list[tuple[str, dict[str, str], list[str], str, dict[str, str] | None, str]] = [
    # what was wrong, types, series, expression, labels of the rule that records it, the codes to be predicted
    (
        "atan2 with group_left keeps the name in 2.42",
        {"m": "a b | a b", "n": "a | a"},
        ["m a=1 b=1", "n a=1"],
        "m atan2 on (a) group_left () n",
        None,
        "",
    ),
    ("atan2 with a number keeps it too", {"m": "a | a"}, ["m a=1"], "m atan2 2", None, ""),
    ("and so does atan2 on the name", {"m": "a | a"}, ["m a=1"], "m atan2 on (a, __name__) m", None, ""),
    (
        "nor are series of several names distinct behind atan2",
        {"m": "a | a", "n": "a | a"},
        ["m a=1", "n a=1"],
        '{__name__=~"m|n"} atan2 3',
        None,
        "E1",
    ),
    (
        "a rule loses ignoring () group_left, which leaves a one-to-one match",
        {"m": "a | a", "n": "a | a"},
        ["m a=1", "n a=1"],
        '{__name__=~"m|n"} >= ignoring () group_left () n',
        {},
        "E3 E5",
    ),
    (
        "a rule loses ignoring () group_right, which swaps the sides",
        {"m": "a | a", "n": "a | a"},
        ["m a=1", "n a=1"],
        'n <= ignoring () group_right () {__name__=~"m|n"}',
        {},
        "E2 E5",
    ),
    (
        "in a subquery label_replace sees the series of all minutes at once (2.53)",
        {"m": "a b | a~"},
        ["m a=1 b=1 0-2", "m a=1 b=2 3-5"],
        "max_over_time(label_replace(m, 'b', 'x', '', '')[4m:1m])",
        None,
        "E1",
    ),
    (
        "and so does the minus (2.42)",
        {"m": "a | a~", "n": "a | a~"},
        ["m a=1 0-2", "n a=1 3-5"],
        "max_over_time((-(m or on (a) n))[4m:1m])",
        None,
        "E1",
    ),
    (
        "histogram_quantile keeps buckets of different names apart (2.53)",
        {"m": "a le | a le", "n": "a le | a le"},
        ["m a=1 le=1", "m a=1 le=+Inf", "n a=1 le=1", "n a=1 le=+Inf"],
        'histogram_quantile(0.5, {__name__=~"m|n"})',
        None,
        "E1",
    ),
    ("no side is looked at where one is empty", {"m": "a | a", "n": "a b"}, ["n a=1 b=1", "n a=1 b=2"],
     'm{b!=""} * on (a) n', None, ""),
    ("no two metrics agree where one always has a label that the other lacks", {"m": "a | a", "n": "a b | a b"},
     ["m a=1", "n a=1 b=1"], '-{__name__=~"m|n"}', None, ""),
    ("a label joined to itself stays distinct", {"m": "a b | a b"}, ["m a=1 b=2", "m a=1 b=12", "m a=11 b=2"],
     'label_join(m, "b", "", "a", "b")', None, ""),
    ("but is no key alone", {"m": "a b | b"}, ["m a=1 b=12", "m a=11 b=2"],
     'sum by (b) (m) / on (b) label_join(m, "b", "", "a", "b")', None, "E2"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("types", "shown", "text", "labels", "codes"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND]
)
def test_what_was_once_wrong(
    types: dict[str, str], shown: list[str], text: str, labels: Mapping[str, str] | None, codes: str
) -> None:
    there = Schema({name: series(told) for name, told in types.items()})
    one = case(0, text, there, labels)
    releases = [path for path in map(components.find, ("promtool-2.42", "promtool-2.53")) if path]
    for release in releases or [components.require("promtool")]:
        with_data(release, one, dict(map(samples, shown)))
    assert (" ".join(sorted(one.predicted)), one.faults) == (codes, [])
    assert one.seen or not codes or len(releases) < 2


def samples(line: str) -> tuple[Labels, tuple[str, ...]]:
    """``m a=1 b=2``, there all the time, or ``m a=1 2-4``, there from minute 2 to 4."""
    name, *words = line.split()
    first, last = 0, MINUTES - 1
    if words and "=" not in words[-1]:
        first, last = map(int, words.pop().split("-"))
    labels = labels_of({NAME: name, **dict(word.split("=") for word in words)})
    return labels, ("_",) * first + ("1",) * (last + 1 - first) + ("stale",) * (MINUTES - 1 - last)
