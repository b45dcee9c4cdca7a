"""What was inferred before: a construct over types that it was applied to already gives what it gave then.

Rule files repeat themselves: thousands of rules share a join and differ in a metric or a threshold. A type is
remembered by the identity of the types below it, so only types that are held themselves (of selectors of one metric,
and what was remembered over them) take part. ``changes`` name words of one text; they are kept apart and put together
anew; what was noted is noted again.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from gpurules.promql.infer.findings import Failure, Finding, Notes, Subject, Unproved
from gpurules.promql.infer.integrals import is_integral
from gpurules.promql.infer.labelset import NAME, SOME_NAME, LabelSet
from gpurules.promql.infer.relabel import target_word
from gpurules.promql.syntax.functions import COMPARISONS
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    MatrixSelector,
    Paren,
    Subquery,
    Unary,
    children,
)
from gpurules.promql.types import Change, ExpressionType, RangeType, ScalarType, SeriesType, StringType
from gpurules.text.span import Span

MOST_REMEMBERED = 4096
_READ_THE_TREE = frozenset(("absent", "absent_over_time"))
NO_CHANGES: Mapping[str, Change] = {}


class Held(NamedTuple):
    """A type and, apart from it, the changes of its labels and what ``SOME_NAME`` stands for in it.

    ``stable``: the same types give this very object again.
    """

    type: ExpressionType
    changes: Mapping[str, Change]
    stable: bool
    names: frozenset[str] | None = None

    @property
    def whole(self) -> ExpressionType:
        """The type with its changes and names."""
        series = series_of(self.type)
        if series is None:
            return self.type
        names = self.names if series.names is SOME_NAME else series.names
        if series.changes is self.changes and names is series.names:
            return self.type
        made = series._replace(changes=self.changes, names=names)
        return RangeType(made, self.type.seconds) if isinstance(self.type, RangeType) else made


def series_of(type_: ExpressionType) -> SeriesType | None:
    """The series of a vector or range vector."""
    if isinstance(type_, SeriesType):
        return type_
    return type_.series if isinstance(type_, RangeType) else None


def changes_of(type_: ExpressionType) -> Mapping[str, Change]:
    """Why the labels of the series changed."""
    series = series_of(type_)
    return NO_CHANGES if series is None else series.changes


class _Entry(NamedTuple):
    """``operands`` keeps those alive whose identity is in the key; ``base`` is the operand whose changes remain,
    ``named`` the one whose name does."""

    operands: tuple[ExpressionType, ...]
    type: ExpressionType
    named: int
    base: int
    made: Mapping[str, tuple[str, int]]
    failures: tuple[tuple[Failure, int, int, LabelSet], ...]
    others: tuple[tuple[Unproved | Finding, int], ...]


_entries: dict[Hashable, _Entry] = {}


def recalled(key: Hashable, node: Expression, operands: Sequence[Held], notes: Notes) -> Held | None:
    """What is remembered under ``key``, noted once more, with the words of ``node`` in it."""
    entry = _entries.get(key)
    if entry is None:
        return None
    words = _words(node)
    for failure, word, operand, labels in entry.failures:
        below = children(node)[operand]
        notes.failures.append(failure._replace(span=words[word], reason_span=below.span))
        series = series_of(operands[operand].whole)
        assert series is not None
        notes.subjects.append(Subject(below, series, labels))
    for item, word in entry.others:
        told = item._replace(span=words[word])
        if isinstance(told, Unproved):
            notes.unproved.append(told)
        else:
            notes.findings.append(told)
    names = operands[entry.named].names if entry.named >= 0 else None
    return Held(entry.type, _changes(entry.base, entry.made, words, operands), True, names)


def remembered(key: Hashable, node: Expression, operands: Sequence[Held], found: ExpressionType, new: Notes) -> Held:
    """``found`` and what was noted, remembered under ``key`` where both can be told again of other words."""
    changes = changes_of(found)
    words = _words(node)
    named = _main(node, operands)
    core = _shared_by_names(found, operands[named] if named >= 0 else None)
    entry = None if core is None else _entry(node, operands, core, named, words, new)
    if entry is None or _changes(entry.base, entry.made, words, operands) != changes:
        return Held(found, changes, False)
    if len(_entries) >= MOST_REMEMBERED:
        _entries.clear()
    _entries[key] = entry
    return Held(entry.type, changes, True, operands[named].names if named >= 0 else None)


def _main(node: Expression, operands: Sequence[Held]) -> int:
    """The operand whose name the result has, if it has one; -1 where there is no vector."""
    if isinstance(node, Binary) and node.group is not None:
        return int(node.group.right)
    return next((number for number, held in enumerate(operands) if series_of(held.type) is not None), -1)


def _shared_by_names(found: ExpressionType, main: Held | None) -> ExpressionType | None:
    """``found`` with ``SOME_NAME`` for the name of its main operand; None where it has a name from elsewhere."""
    series = series_of(found)
    if series is None or not series.names:
        return found
    below = series_of(main.type) if main is not None else None
    if main is None or below is None or below.names is not SOME_NAME or series.names != main.names:
        return None
    made = series._replace(names=SOME_NAME)
    return RangeType(made, found.seconds) if isinstance(found, RangeType) else made


def _entry(
    node: Expression,
    operands: Sequence[Held],
    found: ExpressionType,
    named: int,
    words: Sequence[Span],
    new: Notes,
) -> _Entry | None:
    changes = changes_of(found)
    kept = (number for number, held in enumerate(operands) if held.changes and held.changes.keys() <= changes.keys())
    base = next(kept, -1)
    below = operands[base].changes if base >= 0 else NO_CHANGES
    below_nodes = [id(child) for child in children(node)]
    try:
        made = {
            label: (change.what, words.index(change.span))
            for label, change in changes.items()
            if below.get(label) is not change
        }
        failures = tuple(
            (failure, words.index(failure.span), below_nodes.index(id(subject.operand)), subject.labels)
            for failure, subject in zip(new.failures, new.subjects, strict=True)
        )
        others = tuple((item, words.index(item.span)) for item in (*new.unproved, *new.findings))
    except ValueError:
        return None
    return _Entry(tuple(held.type for held in operands), found, named, base, made, failures, others)


def _changes(
    base: int, made: Mapping[str, tuple[str, int]], words: Sequence[Span], operands: Sequence[Held]
) -> Mapping[str, Change]:
    below = operands[base].changes if base >= 0 else NO_CHANGES
    if not made:
        return below
    shared = {what: Change(what[0], words[what[1]]) for what in set(made.values())}
    return {**below, **{label: shared[what] for label, what in made.items()}}


def _words(node: Expression) -> list[Span]:
    """The words of ``node`` that what is said of it may point to."""
    match node:
        case Call():
            return [node.function.span, target_word(node)]
        case Aggregation():
            if node.grouping is None:
                return [node.op.span]
            return [node.op.span, node.grouping.span, *(label.span for label in node.grouping.labels)]
        case Binary():
            words = [node.op.span]
            if node.matching is not None:
                words += [node.matching.span, *(label.span for label in node.matching.labels)]
            if node.group is not None:
                words += [node.group.span, *(label.span for label in node.group.include)]
            return words
        case Unary():
            return [node.op.span]
        case _:
            return [node.span]


def key_of(node: Expression, operands: Sequence[Held], windowed: bool) -> Hashable | None:
    """What the type of ``node`` depends on; None where that is more than its own words and the types below it."""
    below: list[Hashable] = [windowed]
    # What a number is compared with changes nothing; rules differ in it more than in anything else.
    compares = isinstance(node, Binary) and node.op.text in COMPARISONS
    for type_, _, stable, _ in operands:
        if isinstance(type_, SeriesType | RangeType):
            if not stable:
                return None
            below.append(id(type_))
        elif compares and isinstance(type_, ScalarType):
            below.append((type_.value is None, type_.unit))
        elif isinstance(type_, StringType) and type_.value == NAME:
            return None
        else:
            below.append(type_)
    match node:
        case Call():
            return None if node.function.text in _READ_THE_TREE else (node.function.text, *below)
        case Aggregation():
            return (node.op.text, *below, node.grouping)
        case Binary():
            if node.op.text == "or" or node.fill is not None or _is_vector(node.left) or _is_vector(node.right):
                return None
            if is_integral(node):
                return None
            if _names_the_name(node):
                return None
            return (node.op.text, *below, node.matching, node.group, node.return_bool)
        case MatrixSelector():
            return ("[]", *below, node.range.milliseconds)
        case Subquery():
            return ("[:]", *below, node.range.milliseconds)
        case Unary():
            return ("unary", node.op.text, *below)
        case _:
            return None


def _names_the_name(node: Binary) -> bool:
    listed = (*(node.matching.labels if node.matching else ()), *(node.group.include if node.group else ()))
    return any(label.text == NAME for label in listed)


def _is_vector(node: Expression) -> bool:
    """Whether this is ``vector(0)`` or the like, which counts as the constant in it."""
    while isinstance(node, Paren):
        node = node.expression
    return isinstance(node, Call) and node.function.text == "vector"
