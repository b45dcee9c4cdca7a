"""Random expressions of every construct that promtool 2.42 knows; ``CONSTRUCTS`` lists what each run must hold.

``expression`` puts one construct in the middle and wraps it in others. Labels for matching are often taken from the
inferred keys of the one side, so that a good part of the joins can be proved.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.findings import Environment
from gpurules.promql.syntax.build import call, matcher, names, number, selector
from gpurules.promql.syntax.tree import (
    Aggregation,
    At,
    Binary,
    Call,
    Duration,
    Expression,
    Grouping,
    GroupSide,
    Matcher,
    Matching,
    MatrixSelector,
    Name,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
    walk,
)
from gpurules.promql.types import SeriesType
from promql_fuzz.worlds import BUCKETS, NAMES, UNKNOWN
from promql_model import MINUTE, NAME
from promql_random import LABELS

ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")
COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
SET_OPERATORS = ("and", "or", "unless")
PLAIN = ("sum", "avg", "min", "max", "count", "group", "stddev", "stdvar")
DROPPING = ("rate", "increase", "irate", "delta", "idelta", "deriv", "changes", "resets", "max_over_time",
            "min_over_time", "avg_over_time", "sum_over_time", "count_over_time", "present_over_time",
            "stddev_over_time", "stdvar_over_time")  # fmt: skip
VALUES = ("abs", "ceil", "floor", "sgn", "sqrt", "exp", "ln", "log2", "log10", "round", "sin", "cos", "tanh", "deg",
          "rad", "timestamp")  # fmt: skip
PARAMETERS = ("quantile_over_time", "predict_linear", "clamp", "clamp_min", "clamp_max", "holt_winters")
TESTS = (("=", "1"), ("!=", ""), ("!=", ""), ("=", ""), ("=~", ".+"), ("!~", "|2"), ("=~", "1|2"))
CALENDAR = ("minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month", "year")


class Maker:
    """Makes random trees over the metrics of one environment."""

    def __init__(self, rng: random.Random, there: Environment) -> None:
        self.rng = rng
        self.there = there

    def vector(self, depth: int) -> Expression:
        """An instant vector."""
        if depth <= 0 or self.rng.random() < 0.1:
            return self.selector()
        return MAKERS[self.rng.choice(COMMON)](self, depth - 1)

    # Selectors and times

    def selector(self) -> VectorSelector:
        """Mostly one metric; at times several, at times another time."""
        rng = self.rng
        matchers = [self._matcher() for _ in range(rng.choice((0, 0, 0, 0, 1, 1, 2)))]
        kind = rng.random()
        if kind < 0.82:
            node = selector(rng.choice(NAMES), *matchers)
        elif kind < 0.91:
            node = selector(None, matcher(NAME, "=~", "|".join(rng.sample(NAMES, 2))), *matchers)
        elif kind < 0.94:
            node = selector(None, matcher(rng.choice(LABELS), "!=", ""), *matchers)
        else:
            node = selector(rng.choice((UNKNOWN, *BUCKETS)), *matchers)
        return self._timed(node) if rng.random() < 0.06 else node

    def _matcher(self) -> Matcher:
        return matcher(
            self.rng.choice(LABELS),
            *self.rng.choice(
                (("=", "1"), ("!=", ""), ("!=", ""), ("=", ""), ("=~", ".+"), ("!~", "|2"), ("=~", "1|2"))
            ),
        )

    def _timed(self, node: VectorSelector) -> VectorSelector:
        if self.rng.random() < 0.5:
            return replace(node, offset=Duration(MINUTE * self.rng.choice((1, 2, -1))))
        return replace(node, at=At(self.rng.choice((MINUTE, 3 * MINUTE, "start", "end"))))

    def window(self, depth: int) -> Expression:
        """A range vector: of a selector, or a subquery."""
        length = Duration(MINUTE * self.rng.randint(2, 4))
        if depth <= 0 or self.rng.random() < 0.6:
            return MatrixSelector(self.selector(), length)
        return self.subquery(depth)

    def subquery(self, depth: int) -> Subquery:
        """A subquery over anything."""
        length = Duration(MINUTE * self.rng.randint(2, 4))
        node = Subquery(self.vector(depth), length, Duration(MINUTE))
        if self.rng.random() < 0.2:
            return replace(node, offset=Duration(MINUTE))
        return replace(node, at=At("end")) if self.rng.random() < 0.1 else node

    # Scalars

    def scalar(self, depth: int) -> Expression:
        """A scalar that is a number in most cases."""
        kind = self.rng.random()
        if kind < 0.6 or depth <= 0:
            return number(self.rng.choice((0, 1, 1, 2, 3)))
        if kind < 0.75:
            return call("time")
        if kind < 0.85:
            return call("scalar", self.vector(depth))
        return Binary(Name(self.rng.choice(("+", "*"))), number(1), self.scalar(depth - 1))

    # Matching

    def pair(self, depth: int) -> tuple[Expression, Expression]:
        """Both sides of an operator; at times the same metrics at another time or with other matchers."""
        left = self.vector(depth)
        if self.rng.random() < 0.2 and isinstance(left, VectorSelector) and left.name is not None:
            return left, replace(left, matchers=(), offset=Duration(MINUTE), at=None)
        return left, self.vector(depth - 1)

    def matching(self, one: Expression) -> Matching:
        """Labels that are a key of the one side, or any."""
        rng = self.rng
        keys = self._keys(one)
        if keys and rng.random() < 0.65:
            labels = set(rng.choice(keys)) - {NAME}
            if rng.random() < 0.3:
                labels.add(rng.choice(LABELS))
            return Matching(names(sorted(labels)))
        extra = (NAME,) if rng.random() < 0.04 else ()
        return Matching(names((*self.some(2), *extra)), rng.random() < 0.4)

    def _keys(self, node: Expression) -> list[Sequence[str]]:
        found = infer(node, self.there).type
        return [sorted(key.labels) for key in found.keys] if isinstance(found, SeriesType) else []

    def some(self, most: int) -> list[str]:
        """Some labels."""
        return sorted(self.rng.sample(LABELS, self.rng.randint(0, most)))

    def side(self, right: bool, matching: Matching, labels: bool) -> GroupSide:
        """``group_left`` or ``group_right``, with or without labels."""
        taken = set() if matching.ignoring else {label.text for label in matching.labels}
        free = [label for label in (*LABELS, "e") if label not in taken]
        chosen = self.rng.sample(free, min(len(free), self.rng.choice((1, 1, 2)))) if labels and free else []
        return GroupSide(names(sorted(chosen)), right)

    def grouping(self) -> Grouping | None:
        """A grouping clause, or none."""
        if self.rng.random() < 0.1:
            return None
        extra = (NAME,) if self.rng.random() < 0.06 else ()
        return Grouping(names((*self.some(3), *extra)), self.rng.random() < 0.3)


def _operator(op: str) -> Callable[[Maker, int], Expression]:
    def make(maker: Maker, depth: int) -> Expression:
        if op in SET_OPERATORS:
            left, right = maker.pair(depth)
            return Binary(Name(op), left, right, maker.matching(right) if maker.rng.random() < 0.8 else None)
        kind = maker.rng.random()
        is_bool = op in COMPARISONS and maker.rng.random() < 0.3
        if kind < 0.3:
            sides = [maker.vector(depth), maker.scalar(depth - 1)]
            if maker.rng.random() < 0.3:
                sides.reverse()
            return Binary(Name(op), sides[0], sides[1], return_bool=is_bool)
        left, right = maker.pair(depth)
        matching = maker.matching(right) if kind < 0.9 else None
        group = None
        if matching is not None and kind > 0.45:
            swapped = maker.rng.random() < 0.25
            if swapped:
                left, right = right, left
            group = maker.side(swapped, matching, maker.rng.random() < 0.6)
        return Binary(Name(op), left, right, matching, group, is_bool)

    return make


def _grouped(right: bool, labels: bool) -> Callable[[Maker, int], Expression]:
    def make(maker: Maker, depth: int) -> Expression:
        many, one = maker.pair(depth)
        matching = maker.matching(one)
        group = maker.side(right, matching, labels)
        left, right_side = (one, many) if right else (many, one)
        return Binary(Name(maker.rng.choice(ARITHMETIC + COMPARISONS)), left, right_side, matching, group)

    return make


def _ignoring(maker: Maker, depth: int) -> Expression:
    left, right = maker.pair(depth)
    return Binary(Name(maker.rng.choice(ARITHMETIC)), left, right, Matching(names(maker.some(2)), True))


def _compared(maker: Maker, depth: int) -> Expression:
    node = _operator(maker.rng.choice(COMPARISONS))(maker, depth)
    assert isinstance(node, Binary)
    return replace(node, return_bool=True)


def _aggregated(*operators: str) -> Callable[[Maker, int], Expression]:
    def make(maker: Maker, depth: int) -> Expression:
        op = maker.rng.choice(operators)
        parameter: Expression | None = None
        if op == "quantile":
            parameter = number(0.5)
        elif op == "count_values":
            parameter = StringLiteral(maker.rng.choice((*LABELS, "e")))
        elif op in ("topk", "bottomk"):
            parameter = number(maker.rng.choice((1, 1, 1, 2)))
        return Aggregation(Name(op), maker.vector(depth), maker.grouping(), parameter)

    return make


def _replaced(maker: Maker, depth: int) -> Expression:
    rng = maker.rng
    pairs = (("$1", "(.+)"), ("$1", "(.+)"), ("$1", "(.*)"), ("1", ".*"), ("", ".*"), ("1", ""), ("", "1"),
             ("${1}", "(1)"), ("2$1", "1|(3)"), ("$1", "(.).*"))  # fmt: skip
    replacement, pattern = rng.choice(pairs)
    source = rng.choice((*LABELS, *LABELS, "e", NAME, ""))
    target = rng.choice((*LABELS, "e", "e", "e")) if rng.random() < 0.97 else NAME
    texts = (target, replacement, source, pattern)
    return call("label_replace", maker.vector(depth), *map(StringLiteral, texts))


def _joined(maker: Maker, depth: int) -> Expression:
    rng = maker.rng
    sources = rng.sample((*LABELS, "e"), rng.randint(1, 2))
    texts = (rng.choice((*LABELS, "e", "e")), rng.choice(("", "-")), *sources)
    return call("label_join", maker.vector(depth), *map(StringLiteral, texts))


def _over_window(*functions: str) -> Callable[[Maker, int], Expression]:
    return lambda maker, depth: call(maker.rng.choice(functions), maker.window(depth))


def _of_vector(*functions: str) -> Callable[[Maker, int], Expression]:
    return lambda maker, depth: call(maker.rng.choice(functions), maker.vector(depth))


def _parameters(maker: Maker, depth: int) -> Expression:
    rng = maker.rng
    match rng.randint(0, 4):
        case 0:
            return call("quantile_over_time", number(0.5), maker.window(depth))
        case 1:
            return call("predict_linear", maker.window(depth), number(60))
        case 2:
            return call("clamp", maker.vector(depth), number(0), number(2))
        case 3:
            return call("holt_winters", maker.window(depth), number(0.5), number(0.5))
        case _:
            return call(rng.choice(("clamp_min", "clamp_max")), maker.vector(depth), maker.scalar(depth))


def _buckets(maker: Maker, depth: int) -> Expression:
    rng = maker.rng
    buckets = selector(rng.choice(BUCKETS))
    if rng.random() < 0.2:
        buckets = selector(None, matcher(NAME, "=~", "|".join(BUCKETS)))
    inner: Expression = buckets
    if rng.random() < 0.4:
        inner = call("rate", MatrixSelector(buckets, Duration(4 * MINUTE)))
    if rng.random() < 0.4:
        inner = Aggregation(Name("sum"), inner, Grouping(names(sorted({*maker.some(2), "le"}))))
    return call("histogram_quantile", number(0.9), maker.vector(depth) if rng.random() < 0.15 else inner)


def _or_vector(maker: Maker, depth: int) -> Expression:
    matching = Matching(()) if maker.rng.random() < 0.5 else None
    return Binary(Name("or"), maker.vector(depth), call("vector", maker.scalar(depth)), matching)


def _time_of_vector(maker: Maker, depth: int) -> Expression:
    name = maker.rng.choice(CALENDAR)
    return call(name) if maker.rng.random() < 0.2 else call(name, maker.vector(depth))


def _shifted(offset: bool) -> Callable[[Maker, int], Expression]:
    def make(maker: Maker, depth: int) -> Expression:
        node = maker.selector()
        if offset:
            node = replace(node, offset=Duration(MINUTE * maker.rng.choice((1, 2, -1))), at=None)
        else:
            node = replace(node, at=At(maker.rng.choice((MINUTE, 3 * MINUTE, "start", "end"))), offset=None)
        if maker.rng.random() < 0.5:
            return node
        return call(maker.rng.choice(("last_over_time", "max_over_time")), MatrixSelector(node, Duration(2 * MINUTE)))

    return make


MAKERS: dict[str, Callable[[Maker, int], Expression]] = {
    **{op: _operator(op) for op in ARITHMETIC + COMPARISONS + SET_OPERATORS},
    "bool": _compared,
    "ignoring": _ignoring,
    "group_left()": _grouped(False, False),
    "group_left(labels)": _grouped(False, True),
    "group_right()": _grouped(True, False),
    "group_right(labels)": _grouped(True, True),
    **{op: _aggregated(op) for op in PLAIN},
    "quantile": _aggregated("quantile"),
    "count_values": _aggregated("count_values"),
    "topk": _aggregated("topk"),
    "bottomk": _aggregated("bottomk"),
    "label_replace": _replaced,
    "label_join": _joined,
    "drops the name over time": _over_window(*DROPPING),
    "keeps the name over time": _over_window("last_over_time"),
    "subquery": lambda maker, depth: call(maker.rng.choice((*DROPPING, "last_over_time")), maker.subquery(depth)),
    "changes values": _of_vector(*VALUES),
    "takes parameters": _parameters,
    "sort": _of_vector("sort", "sort_desc"),
    "calendar": _time_of_vector,
    "histogram_quantile": _buckets,
    "absent": _of_vector("absent"),
    "absent_over_time": _over_window("absent_over_time"),
    "vector": _or_vector,
    "scalar": lambda maker, depth: Binary(Name("*"), maker.vector(depth), call("scalar", maker.vector(depth - 1))),
    "time": lambda maker, depth: Binary(Name("-"), call("time"), call("timestamp", maker.selector())),
    "unary": lambda maker, depth: Unary(Name(maker.rng.choice("--+")), Paren(maker.vector(depth))),
    "offset": _shifted(True),
    "@": _shifted(False),
}
"""Construct -> what makes an expression with it at the root."""

COMMON = (*MAKERS, *MAKERS, *("+", "*", "or", "topk", "label_replace", "group_left()", "group_left(labels)",
          "keeps the name over time", "drops the name over time") * 6)  # fmt: skip
"""What stands inside an expression."""

AROUND = (*PLAIN, "*", "-", "/", "and", "or", "label_replace", "topk", "changes values", "group_left()", "quantile")
"""What stands around one."""


def expression(rng: random.Random, there: Environment, construct: str) -> Expression:
    """A random expression with ``construct`` in it."""
    maker = Maker(rng, there)
    node = MAKERS[construct](maker, rng.choice((0, 0, 1, 1, 2)))
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        node = _around(maker, rng.choice(AROUND), node)
    return node


def _around(maker: Maker, construct: str, inner: Expression) -> Expression:
    """``construct`` over ``inner``, which takes the place of its vector."""
    made = MAKERS[construct](maker, 0)
    match made:
        case Aggregation():
            return replace(made, expression=inner)
        case Call():
            return replace(made, arguments=(inner, *made.arguments[1:]))
        case Binary() if isinstance(made.right, VectorSelector) and made.matching is not None:
            return replace(made, left=inner) if maker.rng.random() < 0.7 else replace(made, right=inner)
        case Binary() if isinstance(made.left, VectorSelector):
            return replace(made, left=inner)
        case _:
            return inner


def constructs(node: Expression) -> frozenset[str]:
    """The constructs of an expression, by the names of ``MAKERS``."""
    found: set[str] = set()
    for one in walk(node):
        found.update(_own(one))
    return frozenset(found)


def _own(node: Expression) -> Iterable[str]:
    match node:
        case Binary():
            yield node.op.text
            if node.return_bool:
                yield "bool"
            if node.matching is not None and node.matching.ignoring:
                yield "ignoring"
            if node.group is not None:
                side = "group_right" if node.group.right else "group_left"
                yield f"{side}({'labels' if node.group.include else ''})"
        case Aggregation():
            yield node.op.text
        case Unary():
            yield "unary"
        case Subquery():
            yield "subquery"
            yield from _times(node)
        case VectorSelector():
            yield from _times(node)
        case NumberLiteral() | StringLiteral() | MatrixSelector() | Paren():
            return
        case Call():
            yield _family(node.function.text)


def _times(node: VectorSelector | Subquery) -> Iterable[str]:
    if node.offset is not None:
        yield "offset"
    if node.at is not None:
        yield "@"


def _family(function: str) -> str:
    if function in DROPPING:
        return "drops the name over time"
    if function in VALUES:
        return "changes values"
    if function in CALENDAR:
        return "calendar"
    if function in PARAMETERS:
        return "takes parameters"
    return {"last_over_time": "keeps the name over time", "sort_desc": "sort"}.get(function, function)
