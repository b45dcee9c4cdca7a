"""Random texts: of every construct of PromQL, written straight as text, and the same with a slip of the pen."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from gpurules.promql.syntax.functions import AGGREGATIONS, FUNCTIONS

_TOKEN = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`|[\w.:]+|[=!]~|[=!<>]=|\s+|.", re.DOTALL)
_SPARE = (
    *("(", ")", "{", "}", "[", "]", ",", "+", "-", "*", "/", "%", "^", "==", "!=", "=", "=~", "!~", "<", ">", "@", ":"),
    *(
        "by",
        "on",
        "bool",
        "offset",
        "group_left",
        "unless",
        "sum",
        "rate",
        "5m",
        "1",
        ".5",
        '"a"',
        "up",
        "inf",
        "$",
        ";",
    ),
    *("ignoring", "without", "start()", "1e", "0x1f", "5", "1h5m", "m", "'", "`", "\\", "#", "\n", "\u00e4"),
)

_OPERATORS = (
    *("+", "-", "*", "/", "%", "^", "==", "!=", "<", ">", "<=", ">="),
    *("and", "or", "unless", "atan2", "AND", "Or"),
)

Make = Callable[[random.Random], str]


def expression(rng: random.Random, depth: int = 3) -> str:
    """An expression that Prometheus may read; types need not fit."""
    makers: Sequence[Make] = (_selector, _selector, _number, _string)
    if depth > 0:
        inner: Make = lambda r: expression(r, depth - 1)  # noqa: E731
        makers = (
            *makers,
            lambda r: f"({inner(r)})",
            lambda r: f"{r.choice('+-')}{inner(r)}",
            lambda r: _binary(r, inner),
            lambda r: _binary(r, inner),
            lambda r: _aggregation(r, inner),
            lambda r: _call(r, inner),
            lambda r: f"{_selector(r)}[{_duration(r)}]{_modifiers(r)}",
            lambda r: (
                f"{r.choice(('(%s)', 'rate(%s[5m])', 'sum(%s)')) % inner(r)}[{_duration(r)}:{_step(r)}]{_modifiers(r)}"
            ),
        )
    return rng.choice(makers)(rng)


def slipped(rng: random.Random, text: str) -> str:
    """``text`` with one or two tokens left out, doubled, swapped, replaced or put in."""
    tokens = _TOKEN.findall(text)
    for _ in range(rng.randint(1, 2)):
        if not tokens:
            break
        at = rng.randrange(len(tokens))
        match rng.randrange(5):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[at])
            case 2:
                tokens[at] = rng.choice(_SPARE)
            case 3:
                tokens.insert(at, rng.choice(_SPARE))
            case _:
                other = rng.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
    return "".join(tokens)


def _name(rng: random.Random) -> str:
    return rng.choice(
        ("up", "a:b:c", "_x", "node_load1", "sum", "by", "on", "offset", "bool", "start", "nan", "m5", "rate")
    )


def _label(rng: random.Random) -> str:
    return rng.choice(("job", "a", "_b", "by", "on", "sum", "offset", "inf", "le", "bool", "group_left", "end"))


def _string(rng: random.Random) -> str:
    return rng.choice(('"a"', "'b'", "`c\\d`", '""', '"\\n\\x41\\u00e4"', '"\u00e4"', "'it\\'s'", '"# no comment"'))


def _number(rng: random.Random) -> str:
    return rng.choice(("1", "0.5", ".5", "1e3", "1E-3", "0x1f", "Inf", "NaN", "-1", "+2", "1_000", "5m", "1.", "007"))


def _duration(rng: random.Random) -> str:
    return rng.choice(("5m", "1h30m", "90s", "1d", "2w", "1y", "500ms", "1h5m30s", "300", "1.5"))


def _step(rng: random.Random) -> str:
    return rng.choice(("", "1m", "30s", "60"))


def _modifiers(rng: random.Random) -> str:
    offset = f" offset {rng.choice(('', '-'))}{_duration(rng)}"
    at = f" @ {rng.choice(('1700000000', '1.5', 'start()', 'end()', '-1', '1e9'))}"
    return rng.choice(("", "", "", offset, at, at + offset, offset + at))


def _matchers(rng: random.Random) -> str:
    parts = [
        f"{_label(rng)}{rng.choice(('=', '!=', '=~', '!~', ' = '))}{_string(rng)}" for _ in range(rng.randint(0, 3))
    ]
    if rng.random() < 0.1:
        parts.insert(0, '"utf-8 name"')
    return "{" + ", ".join(parts) + rng.choice(("", "", ",") if parts else ("",)) + "}"


def _selector(rng: random.Random) -> str:
    name, matchers = _name(rng), _matchers(rng)
    return rng.choice((name, name + matchers, name + " " + matchers, '{a="b"}', matchers)) + _modifiers(rng)


def _list(rng: random.Random) -> str:
    labels = [_label(rng) for _ in range(rng.randint(0, 3))]
    return "(" + ", ".join(labels) + ("," if labels and rng.random() < 0.1 else "") + ")"


def _binary(rng: random.Random, inner: Make) -> str:
    operator = rng.choice(_OPERATORS)
    matching = rng.choice(("", "", f" {rng.choice(('on', 'ignoring', 'ON'))} {_list(rng)}"))
    if matching and rng.random() < 0.4:
        matching += f" {rng.choice(('group_left', 'group_right'))}{rng.choice(('', ' ' + _list(rng)))}"
    boolean = " bool" if rng.random() < 0.2 else ""
    return f"{inner(rng)} {operator}{boolean}{matching} {inner(rng)}"


def _aggregation(rng: random.Random, inner: Make) -> str:
    operator = rng.choice(sorted(AGGREGATIONS))
    parameter = f"{rng.choice((_number, _string))(rng)}, " if rng.random() < 0.3 else ""
    grouping = f"{rng.choice(('by', 'without', 'BY'))} {_list(rng)}"
    body = f"({parameter}{inner(rng)}{rng.choice(('', '', '', ','))})"
    return rng.choice((f"{operator}{body}", f"{operator} {grouping} {body}", f"{operator}{body} {grouping}"))


def _call(rng: random.Random, inner: Make) -> str:
    name = rng.choice(sorted(FUNCTIONS))
    arguments = [rng.choice((inner, inner, _string, _number))(rng) for _ in range(rng.randint(0, 3))]
    return f"{name}({', '.join(arguments)})"
