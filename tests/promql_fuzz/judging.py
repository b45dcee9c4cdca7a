"""What the inference says of random expressions, held against promtool."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.records import record_type
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.printer import to_text
from gpurules.promql.types import ScalarType, SeriesType
from promql_claims import contradictions
from promql_fuzz.expressions import MAKERS, constructs, expression
from promql_fuzz.oracle import Outcome, Question, ask
from promql_fuzz.worlds import Data, Schema, data_set, schema

TEXTS = {
    "E1": "vector cannot contain metrics with the same labelset",
    "E2": "found duplicate series for the match group",
    "E3": "many-to-one matching must be explicit",
    "E4": "grouping labels must ensure unique matches",
    "E5": "vector contains metrics with the same labelset after applying rule labels",
}
RULE_LABELS: tuple[dict[str, str], ...] = ({"a": "9"}, {"b": "", "c": "9"}, {"a": "9", "b": "9"}, {"l": "9"})
IN_ONE_WORLD = 10
RECORDED = 3
"""Of the expressions of one world, so many are recorded under labels of the rule as well."""
FIRST, LATER, ROUNDS = 4, 12, 3
"""Data sets for each world; for an expression called unsafe that none of them refutes, in each of some more rounds."""


@dataclass
class Case:
    """One expression, alone or (with ``labels``) recorded, and what became of it."""

    seed: int
    text: str
    there: Schema
    labels: Mapping[str, str] | None = None
    claimed: SeriesType | None = None
    predicted: frozenset[str] = frozenset()
    undecided: bool = False
    seen: set[str] = field(default_factory=set)
    nonempty: bool = False
    faults: list[str] = field(default_factory=list)

    @property
    def safe(self) -> bool:
        """Whether the inference says that nothing can fail."""
        return not self.predicted and not self.undecided


def with_data(promtool: Path, one: Case, data: Data) -> Case:
    """``one``, judged on this data set alone."""
    _ask(promtool, [([one], (data,))])
    return one


def case(seed: int, text: str, there: Schema, labels: Mapping[str, str] | None = None) -> Case:
    """Infers what is claimed of ``text``."""
    inference = infer(parse(text), there)
    codes = {failure.code for failure in inference.failures}
    found = inference.type
    if labels is not None:
        found, failure = record_type("recorded", found, labels)
        codes |= {failure.code} if failure else set()
    claimed = found if isinstance(found, SeriesType) else None
    assert claimed is not None or isinstance(found, ScalarType), text
    return Case(seed, text, there, labels, claimed, frozenset(codes), bool(inference.unproved))


def world_cases(seed: int, featured: Iterable[str]) -> list[Case]:
    """Expressions of one world, each around one construct; the last are recorded as well."""
    rng = random.Random(seed)
    there = schema(rng)
    cases = [case(seed, to_text(expression(rng, there, construct)), there) for construct in featured]
    recorded = [case(seed, one.text, there, rng.choice(RULE_LABELS)) for one in cases[-RECORDED:]]
    return cases + recorded


def judge(promtool: Path, cases: Sequence[Case]) -> None:
    """Asks promtool about all cases, and again with other data about those that no data refuted."""
    worlds: dict[int, list[Case]] = {}
    for one in cases:
        worlds.setdefault(one.seed, []).append(one)
    _ask(promtool, [(world, _data(world[0], range(FIRST))) for world in worlds.values()])
    for attempt in range(ROUNDS):
        rest = [one for one in cases if one.predicted and not one.seen & one.predicted]
        first = FIRST + attempt * LATER
        _ask(promtool, [([one], _data(one, range(first, first + LATER))) for one in rest])


def _data(one: Case, numbers: Iterable[int]) -> tuple[Data, ...]:
    return tuple(data_set(random.Random(one.seed * 1000 + number), one.there, number % 4) for number in numbers)


def _ask(promtool: Path, asked: Sequence[tuple[Sequence[Case], tuple[Data, ...]]]) -> None:
    questions: list[Question] = []
    answered: list[Sequence[Case]] = []
    for cases, data in asked:
        plain = [one for one in cases if one.labels is None]
        if plain:
            questions.append(Question(tuple(one.text for one in plain), data))
            answered.append(plain)
        for one in cases:
            if one.labels is not None:
                questions.append(Question((one.text,), data, one.labels))
                answered.append([one])
    for cases, answer in zip(answered, ask(promtool, questions), strict=True):
        for one, outcomes in zip(cases, answer, strict=True):
            for minutes in outcomes:
                _compare(one, minutes)


def _compare(one: Case, minutes: Sequence[Outcome]) -> None:
    vectors = []
    for minute, outcome in enumerate(minutes):
        if isinstance(outcome, list):
            vectors.append(outcome)
            one.nonempty = one.nonempty or bool(outcome)
            continue
        code = next((code for code, text in TEXTS.items() if text in outcome), None)
        if code is not None:
            one.seen.add(code)
        if not one.predicted & _may_show_as(code, one.text) and not one.undecided:
            one.faults.append(f"minute {minute}: {outcome}")
    if one.claimed is not None:
        side_by_side = [[labels for vector in vectors for labels in vector]] if one.labels is not None else vectors
        one.faults += contradictions(one.claimed, side_by_side)[:3]


def _may_show_as(code: str | None, text: str) -> set[str]:
    """The codes that an error of ``code`` may stand for.

    A rule loses ``ignoring () group_right``, which swaps E2 and E3. Prometheus 2.53 lets two equal series of label_join
    (E1) pass, until what stands around it refuses them.
    """
    codes = {code or ""}
    if code in ("E2", "E3") and "ignoring () group_" in text:
        codes |= {"E2", "E3"}
    return codes | {"E1"} if "label_join" in text else codes


@dataclass(frozen=True)
class Summary:
    """Counts over all cases; shares are of all expressions, without those that are recorded only for E5."""

    expressions: int
    unsound: tuple[Case, ...]
    unconfirmed: tuple[Case, ...]
    safe: int
    productive: int
    unsafe: int
    confirmed: int
    codes: Counter[str]
    constructs: Counter[str]

    @property
    def rarest(self) -> tuple[str, int]:
        """The construct that the fewest expressions hold."""
        return min(((name, self.constructs[name]) for name in MAKERS), key=lambda item: item[1])

    def told(self) -> str:
        """The figures, line by line."""
        name, count = self.rarest
        codes = ", ".join(f"{code} {self.codes[code]}" for code in TEXTS)
        return "\n".join(
            (
                f"expressions                      {self.expressions}",
                f"unsound                          {len(self.unsound)}",
                f"called safe                      {self.safe} ({self.safe / self.expressions:.1%})",
                f"called safe, with output         {self.productive} ({self.productive / self.expressions:.1%})",
                f"called unsafe                    {self.unsafe} ({self.unsafe / self.expressions:.1%})",
                f"of these confirmed               {self.confirmed} ({self.confirmed / max(1, self.unsafe):.1%})",
                f"confirmed by code                {codes}",
                f"rarest construct                 {name}: {count} ({count / self.expressions:.1%})",
            )
        )


def summary(cases: Sequence[Case]) -> Summary:
    """What there is to say of judged cases."""
    plain = [one for one in cases if one.labels is None]
    unsafe = [one for one in plain if one.predicted]
    return Summary(
        expressions=len(plain),
        unsound=tuple(one for one in cases if one.faults),
        unconfirmed=tuple(one for one in unsafe if not one.seen & one.predicted),
        safe=sum(one.safe for one in plain),
        productive=sum(one.safe and one.nonempty for one in plain),
        unsafe=len(unsafe),
        confirmed=sum(bool(one.seen & one.predicted) for one in unsafe),
        codes=Counter(code for one in cases for code in one.seen & one.predicted),
        constructs=Counter(name for one in plain for name in constructs(parse(one.text))),
    )


def many(first_seed: int, count: int) -> list[Case]:
    """``count`` expressions, the featured constructs in turn; worlds have seeds from ``first_seed`` on."""
    names = list(MAKERS)
    rng = random.Random(first_seed)
    rng.shuffle(names)
    featured = [names[number % len(names)] for number in range(count)]
    return [
        one
        for number, start in enumerate(range(0, count, IN_ONE_WORLD))
        for one in world_cases(first_seed + number, featured[start : start + IN_ONE_WORLD])
    ]
