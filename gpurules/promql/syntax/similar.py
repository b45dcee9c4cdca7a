"""Reads texts that differ from one read before in names of metrics and in numbers only, without parsing them again.

Rule files repeat themselves. A text is cut into words and what stands between them; where all of that is as in a text
that was parsed, but for words that were names of metrics or plain numbers there, its tree is that tree with other names
and numbers in it. Trees are kept for each combination of lengths of these words, so every span is right as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from gpurules.promql.syntax.functions import AGGREGATIONS, FUNCTIONS, NOT_METRIC_NAMES, PRECEDENCE
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    MatrixSelector,
    Name,
    NumberLiteral,
    Paren,
    Subquery,
    Unary,
    VectorSelector,
    children,
    walk,
)
from gpurules.text.span import Span

SHORTEST, LONGEST = 40, 4096
"""Characters of a text that is worth the effort, and of one that is not hostile."""
MOST_SKELETONS = 4096
MOST_TREES = 1024

_WORD = re.compile(r"([A-Za-z0-9_:.]+)")
_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
_RESERVED = frozenset(
    (
        *AGGREGATIONS,
        *FUNCTIONS,
        *NOT_METRIC_NAMES,
        *PRECEDENCE,
        *("by", "without", "offset", "start", "end", "fill", "fill_left", "fill_right", "anchored", "smoothed"),
    )
)
"""Words (in any case) that may be read as something else than the name of a metric."""

Skeleton = tuple[str, ...]
Maker = Callable[[Sequence[str]], Expression]


@dataclass(slots=True)
class _Template:
    """A text that was parsed twice: its words, which of them may be others, and what makes trees of each length."""

    words: list[str]
    metrics: tuple[int, ...]
    numbers: tuple[int, ...]
    makers: dict[tuple[int, ...], Maker] = field(default_factory=dict)


_seen: dict[Skeleton, _Template | None] = {}
_kept = 0


def read(text: str, parse: Callable[[str], Expression]) -> Expression:
    """The tree of ``text``, by ``parse`` or, where it is like one read before, without. Raises what ``parse`` does."""
    if not SHORTEST <= len(text) <= LONGEST:
        return parse(text)
    pieces = _WORD.split(text)
    words = pieces[1::2]
    skeleton = tuple(pieces[0::2])
    if skeleton not in _seen:
        tree = parse(text)
        if len(_seen) >= MOST_SKELETONS:
            forget()
        _seen[skeleton] = None
        return tree
    template = _seen[skeleton]
    if template is None:
        tree = parse(text)
        _seen[skeleton] = _template(tree, words, skeleton)
        return tree
    if not _fits(template, words):
        return parse(text)
    lengths = tuple(len(words[index]) for index in (*template.metrics, *template.numbers))
    maker = template.makers.get(lengths)
    if maker is None:
        tree = parse(text)
        _keep(template, lengths, _maker(tree, _places(words, skeleton)) or _constant(tree))
        return tree
    return maker(words)


def forget() -> None:
    """Forgets every text."""
    global _kept
    _seen.clear()
    _kept = 0


def _keep(template: _Template, lengths: tuple[int, ...], maker: Maker) -> None:
    global _kept
    if _kept >= MOST_TREES:
        for other in _seen.values():
            if other is not None:
                other.makers.clear()
        _kept = 0
    template.makers[lengths] = maker
    _kept += 1


def _fits(template: _Template, words: Sequence[str]) -> bool:
    """Whether ``words`` are those of the template, but for names of metrics and numbers."""
    mine = template.words
    for index in template.metrics:
        word = words[index]
        if word != mine[index] and (not _METRIC.fullmatch(word) or word.lower() in _RESERVED):
            return False
    for index in template.numbers:
        if not _NUMBER.fullmatch(words[index]):
            return False
    varying = {*template.metrics, *template.numbers}
    return all(word == other or index in varying for index, (word, other) in enumerate(zip(words, mine, strict=True)))


def _places(words: Sequence[str], skeleton: Skeleton) -> dict[Span, int]:
    """Where each word stands."""
    places = {}
    position = 0
    for index, (before, word) in enumerate(zip(skeleton, words, strict=False)):
        position += len(before)
        places[Span(position, position + len(word))] = index
        position += len(word)
    return places


def _template(tree: Expression, words: list[str], skeleton: Skeleton) -> _Template:
    places = _places(words, skeleton)
    metrics: list[int] = []
    numbers: list[int] = []
    for node in walk(tree):
        index = _variable(node, places)
        if index is not None:
            (metrics if isinstance(node, VectorSelector) else numbers).append(index)
    return _Template(words, tuple(metrics), tuple(numbers))


def _variable(node: Expression, places: dict[Span, int]) -> int | None:
    """The word that ``node`` is or begins with, if another may stand there."""
    if isinstance(node, VectorSelector) and node.name is not None:
        name = node.name
        return places.get(name.span) if _METRIC.fullmatch(name.text) and name.text.lower() not in _RESERVED else None
    if isinstance(node, NumberLiteral) and _NUMBER.fullmatch(node.text):
        return places.get(node.span)
    return None


def _maker(node: Expression, places: dict[Span, int]) -> Maker | None:
    """What makes ``node`` with other words; None where nothing in it varies."""
    index = _variable(node, places)
    if index is not None:
        return _leaf(node, index)
    makers = [_maker(child, places) for child in children(node)]
    if not any(makers):
        return None
    below = [maker or _constant(child) for maker, child in zip(makers, children(node), strict=True)]
    return _parent(node, below)


def _constant(node: Expression) -> Maker:
    return lambda words: node


def _leaf(node: Expression, index: int) -> Maker:
    if isinstance(node, NumberLiteral):
        span = node.span
        return lambda words: NumberLiteral(float(words[index]), words[index], span)
    assert isinstance(node, VectorSelector)
    assert node.name is not None
    place, matchers, offset, at, whole = node.name.span, node.matchers, node.offset, node.at, node.span
    return lambda words: VectorSelector(Name(words[index], place), matchers, offset, at, whole)


def _parent(node: Expression, below: Sequence[Maker]) -> Maker:
    match node:
        case Call(name, _, span):
            return lambda words: Call(name, tuple(make(words) for make in below), span)
        case Aggregation(op, _, grouping, None, span):
            (only,) = below
            return lambda words: Aggregation(op, only(words), grouping, None, span)
        case Aggregation(op, _, grouping, _, span):
            parameter, vector = below
            return lambda words: Aggregation(op, vector(words), grouping, parameter(words), span)
        case Binary(op, _, _, matching, group, return_bool, fill, span):
            left, right = below
            return lambda words: Binary(op, left(words), right(words), matching, group, return_bool, fill, span)
        case MatrixSelector():
            return lambda words: replace(node, selector=cast(VectorSelector, below[0](words)))
        case Subquery() | Unary() | Paren():
            return lambda words: replace(node, expression=below[0](words))
        case _:
            raise TypeError(f"{type(node).__name__} has nothing below it")
