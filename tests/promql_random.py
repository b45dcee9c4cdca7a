"""Random metrics, histories that respect what they declare, and random expressions over them; all from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gpurules.promql.guard import established
from gpurules.promql.syntax.build import call, matcher, names, number, selector
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Duration,
    Expression,
    Fill,
    Grouping,
    GroupSide,
    Matching,
    MatrixSelector,
    Name,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)
from gpurules.promql.types import Dependency, Guard, Key, SeriesType, Validity
from promql_model import MINUTE, NAME, History, Labels, get, labels_of

LABELS = ("a", "b", "c", "d")
HIDDEN = "z"
VALUES = ("", "1", "2")
METRICS = ("m", "n", "o")
MINUTES = 5
VALIDITIES = (Validity.ALWAYS, Validity.INSTANT)


@dataclass(frozen=True)
class World:
    """Metrics with their types, and the series that there are at each minute."""

    types: Mapping[str, SeriesType]
    history: History

    def type_of(self, metric: str) -> SeriesType | None:
        """The declared type of a metric."""
        return self.types.get(metric)


def some(rng: random.Random, items: Sequence[str], most: int = 4) -> frozenset[str]:
    """A random subset."""
    return frozenset(rng.sample(items, rng.randint(0, min(most, len(items)))))


def world(rng: random.Random) -> World:
    """Two or three metrics and their history."""
    types = {name: series_type(rng) for name in METRICS[: rng.randint(2, 3)]}
    minutes: list[set[Labels]] = [set() for _ in range(MINUTES)]
    for name, declared in types.items():
        accepted: list[tuple[int, Labels]] = []
        for _ in range(rng.randint(2, 10)):
            labels = _series(rng, name, declared)
            for minute in sorted(rng.sample(range(MINUTES), rng.randint(1, MINUTES))):
                if all(may_live_together(declared, labels, other, now == minute) for now, other in accepted):
                    accepted.append((minute, labels))
        for minute, labels in accepted:
            minutes[minute].add(labels)
    return World(types, [frozenset(series) for series in minutes])


def series_type(rng: random.Random) -> SeriesType:
    """A random declared type."""
    possible = frozenset(rng.sample(LABELS, rng.randint(1, 4)))
    listed = sorted(possible)
    is_open = rng.random() < 0.3
    certain = some(rng, listed)
    keys = tuple(Key(some(rng, listed, 3), rng.choice(VALIDITIES)) for _ in range(rng.randint(0, 2)))
    dependencies = tuple(
        Dependency(some(rng, listed, 2), some(rng, listed, 2), rng.choice(VALIDITIES), _guards(rng, listed))
        for _ in range(rng.randint(0, 2))
    )
    absent = frozenset(LABELS) - possible if is_open and rng.random() < 0.5 else frozenset[str]()
    constants = {label: "1" for label in listed if label in certain and rng.random() < 0.15}
    return SeriesType(is_open, None, certain, possible, absent, keys, dependencies, constants=constants)


def _guards(rng: random.Random, labels: Sequence[str]) -> frozenset[Guard]:
    if rng.random() < 0.6:
        return frozenset()
    return frozenset((Guard(rng.choice(labels), *rng.choice((("!=", ""), ("=", "1"), ("=~", "1|2")))),))


def _series(rng: random.Random, name: str, declared: SeriesType) -> Labels:
    values = {NAME: name}
    for label in sorted(declared.possible):
        values[label] = declared.constants.get(label) or rng.choice(VALUES[1:] if label in declared.certain else VALUES)
    if declared.open:
        values[HIDDEN] = rng.choice(VALUES)
        for label in LABELS:
            if label not in declared.possible and label not in declared.absent:
                values[label] = rng.choice(VALUES)
    return labels_of(values)


def may_live_together(declared: SeriesType, one: Labels, other: Labels, together: bool) -> bool:
    """Whether both series may be there under the declared keys and dependencies."""
    if one == other:
        return True
    for key in declared.keys:
        if (together or key.validity is Validity.ALWAYS) and all(get(one, x) == get(other, x) for x in key.labels):
            return False
    for item in declared.dependencies:
        if not together and item.validity is not Validity.ALWAYS:
            continue
        if not all(_satisfies(series, item.guards) for series in (one, other)):
            continue
        if all(get(one, x) == get(other, x) for x in item.determinant) and any(
            get(one, x) != get(other, x) for x in item.dependent
        ):
            return False
    return True


def _satisfies(labels: Labels, guards: frozenset[Guard]) -> bool:
    return all(established(guard, [(guard.label, "=", get(labels, guard.label))]) for guard in guards)


def vector(rng: random.Random, depth: int) -> Expression:
    """A random expression that yields an instant vector."""
    if depth <= 0 or rng.random() < 0.08:
        return instant_selector(rng)
    make = rng.choice((_selected, _ranged, _replaced, _aggregated, _aggregated, _matched, _matched, _matched, _simple))
    return make(rng, depth - 1)


def instant_selector(rng: random.Random) -> VectorSelector:
    """A random selector, at times of several names, at times with an offset."""
    matchers = [
        matcher(
            rng.choice(LABELS),
            *rng.choice((("=", "1"), ("!=", ""), ("=", ""), ("=~", ".+"), ("!~", "|2"), ("=~", "1|2"))),
        )
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2)))
    ]
    offset = Duration(MINUTE * rng.randint(1, 2)) if rng.random() < 0.1 else None
    kind = rng.random()
    if kind < 0.8:
        return replace(selector(rng.choice(METRICS), *matchers), offset=offset)
    if kind < 0.95:
        several = matcher(NAME, "=~", "|".join(rng.sample(METRICS, 2)))
        return replace(selector(None, several, *matchers), offset=offset)
    return replace(selector(None, matcher("a", "!=", ""), *matchers), offset=offset)


def _selected(rng: random.Random, depth: int) -> Expression:
    inner = vector(rng, depth)
    op = rng.choice(("topk", "topk", "limitk", "bottomk", "limit_ratio"))
    return Aggregation(Name(op), inner, _grouping(rng), number(rng.choice((1, 1, 1, 2))))


def _grouping(rng: random.Random) -> Grouping | None:
    if rng.random() < 0.1:
        return None
    extra = (NAME,) if rng.random() < 0.08 else ()
    return Grouping(names((*sorted(some(rng, LABELS, 3)), *extra)), rng.random() < 0.3)


def _ranged(rng: random.Random, depth: int) -> Expression:
    length = Duration(MINUTE * rng.randint(1, 4))
    function = rng.choice(("rate", "max_over_time", "last_over_time", "last_over_time", "first_over_time"))
    if rng.random() < 0.5:
        return call(function, MatrixSelector(instant_selector(rng), length))
    return call(function, Subquery(vector(rng, depth), length, Duration(MINUTE)))


def _replaced(rng: random.Random, depth: int) -> Expression:
    inner = vector(rng, depth)
    target = rng.choice((*LABELS, "e"))
    if rng.random() < 0.2:
        sources = [StringLiteral(label) for label in rng.sample((*LABELS, "e"), rng.randint(1, 2))]
        return call("label_join", inner, StringLiteral(target), StringLiteral(rng.choice(("", "-"))), *sources)
    replacement, pattern = rng.choice(
        (
            ("$1", "(.+)"),
            ("$1", "(.+)"),
            ("$1", "(.*)"),
            ("1", ".*"),
            ("", ".*"),
            ("1", ""),
            ("", "1"),
            ("${1}", "(1)"),
            ("x$1", "1|(2)"),
        )
    )
    source = rng.choice((*LABELS, *LABELS, "e", NAME, ""))
    texts = (target if rng.random() < 0.97 else NAME, replacement, source, pattern)
    return call("label_replace", inner, *(StringLiteral(text) for text in texts))


def _aggregated(rng: random.Random, depth: int) -> Expression:
    inner = vector(rng, depth)
    if rng.random() < 0.12:
        return Aggregation(Name("count_values"), inner, _grouping(rng), StringLiteral(rng.choice((*LABELS, "e"))))
    return Aggregation(Name(rng.choice(("sum", "max", "group", "count"))), inner, _grouping(rng))


def _matched(rng: random.Random, depth: int) -> Expression:
    op = rng.choice(("*", "*", "+", ">", "==", "and", "or", "or", "unless"))
    left, right = vector(rng, depth), vector(rng, depth - 1)
    if rng.random() < 0.15:
        # Both sides from one metric: what was declared for all time holds across them.
        right = _shifted(left, rng)
    matching = None
    if rng.random() < 0.85:
        extra = (NAME,) if rng.random() < 0.05 else ()
        matching = Matching(names((*sorted(some(rng, LABELS, 3)), *extra)), rng.random() < 0.25)
    group = None
    if op not in ("and", "or", "unless") and matching is not None and rng.random() < 0.6:
        taken = {label.text for label in matching.labels} if not matching.ignoring else set()
        include = sorted(some(rng, [label for label in (*LABELS, "e") if label not in taken], 2))
        group = GroupSide(names(include), rng.random() < 0.3)
    fill = None
    if op not in ("and", "or", "unless") and group is None and rng.random() < 0.15:
        fill = rng.choice((Fill(number(0)), Fill(None, number(0)), Fill(number(0), number(0))))
    return Binary(Name(op), left, right, matching, group, op in (">", "==") and rng.random() < 0.3, fill)


def _shifted(node: Expression, rng: random.Random) -> Expression:
    if isinstance(node, VectorSelector):
        return replace(node, offset=Duration(MINUTE * rng.randint(1, 2)) if rng.random() < 0.7 else None)
    return node


def _simple(rng: random.Random, depth: int) -> Expression:
    inner = vector(rng, depth)
    match rng.randint(0, 6):
        case 0:
            return Binary(Name(rng.choice(("*", ">", "=="))), inner, number(1))
        case 1:
            return Unary(Name("-"), inner)
        case 2:
            return call("timestamp", inner)
        case 3:
            return call("absent", inner)
        case 4:
            if rng.random() < 0.3:
                return call("sort_by_label_desc", inner, StringLiteral("a"))
            return call("sort", Paren(inner))
        case 5:
            return call("absent_over_time", MatrixSelector(instant_selector(rng), Duration(2 * MINUTE)))
        case _:
            return Binary(Name("or"), inner, call("vector", number(0)))
