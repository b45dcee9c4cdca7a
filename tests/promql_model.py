"""The label semantics of PromQL over a small history, written from Prometheus' documentation and nothing of ours.

It knows which series there are at each minute, not their numbers: where a number decides (comparisons, ``topk``), a
hash does. An evaluation that Prometheus refuses raises ``Refused`` with the code that the inference uses for it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping

from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Matcher,
    MatrixSelector,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)

Labels = frozenset[tuple[str, str]]
Vector = list[Labels]
History = list[frozenset[Labels]]
"""For each minute the series that are alive, each with its name in ``__name__``."""

NAME = "__name__"
MINUTE = 60_000
KEEPS_NAME = ("last_over_time", "first_over_time", "sort", "sort_desc", "sort_by_label", "sort_by_label_desc")
COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")


class Refused(Exception):
    """Prometheus refuses the evaluation; the argument is the code."""


def labels_of(values: Mapping[str, str]) -> Labels:
    """A label set without its empty values."""
    return frozenset((label, value) for label, value in values.items() if value)


def get(labels: Labels, label: str) -> str:
    """The value of a label, empty where it is not there."""
    return dict(labels).get(label, "")


def chance(*what: object) -> int:
    """A number that stands for a sample's value."""
    return zlib.crc32(repr([sorted(item) if isinstance(item, frozenset) else item for item in what]).encode())


def evaluate(node: Expression, history: History, minute: int) -> Vector:
    """The label sets of an instant vector at ``minute``; raises Refused."""
    match node:
        case VectorSelector():
            shifted = minute - (node.offset.milliseconds // MINUTE if node.offset else 0)
            return _alive(node, history, shifted)
        case Paren():
            return evaluate(node.expression, history, minute)
        case Unary():
            return _unique([_drop(labels, (NAME,)) for labels in evaluate(node.expression, history, minute)])
        case Call():
            return _unique(_call(node, history, minute))
        case Aggregation():
            return _aggregate(node, history, minute)
        case Binary():
            return _unique(_binary(node, history, minute))
        case _:
            raise NotImplementedError(node)


def _alive(node: VectorSelector, history: History, minute: int) -> Vector:
    if not 0 <= minute < len(history):
        return []
    matchers = list(node.matchers)
    return [
        labels
        for labels in sorted(history[minute], key=sorted)
        if (node.name is None or get(labels, NAME) == node.name.text) and all(_matches(labels, one) for one in matchers)
    ]


def _matches(labels: Labels, matcher: Matcher) -> bool:
    value = get(labels, matcher.label.text)
    if matcher.op in ("=", "!="):
        return (value == matcher.value) == (matcher.op == "=")
    return (re.fullmatch(matcher.value, value) is not None) == (matcher.op == "=~")


def _window(node: Expression, history: History, minute: int) -> Vector:
    """The series that a range vector holds."""
    if isinstance(node, Paren):
        return _window(node.expression, history, minute)
    assert isinstance(node, MatrixSelector | Subquery)
    found: dict[Labels, None] = {}
    for back in range(node.range.milliseconds // MINUTE):
        inner = node.selector if isinstance(node, MatrixSelector) else node.expression
        shift = node.offset.milliseconds // MINUTE if isinstance(node, Subquery) and node.offset else 0
        found.update(dict.fromkeys(evaluate(inner, history, minute - back - shift)))
    return list(found)


def _unique(vector: Vector) -> Vector:
    if len(set(vector)) != len(vector):
        raise Refused("E1")
    return vector


def _drop(labels: Labels, dropped: Iterable[str]) -> Labels:
    names = frozenset(dropped)
    return frozenset(pair for pair in labels if pair[0] not in names)


def _keep(labels: Labels, kept: Iterable[str]) -> Labels:
    names = frozenset(kept)
    return frozenset(pair for pair in labels if pair[0] in names)


def _texts(node: Call) -> list[str]:
    return [argument.value for argument in node.arguments if isinstance(argument, StringLiteral)]


def _call(node: Call, history: History, minute: int) -> Vector:
    name = node.function.text
    if name == "vector":
        return [frozenset()]
    if name in ("absent", "absent_over_time"):
        return _absent(node.arguments[0], history, minute)
    operand = next(item for item in node.arguments if not isinstance(item, NumberLiteral | StringLiteral))
    bare: Expression = operand
    while isinstance(bare, Paren):
        bare = bare.expression
    ranged = isinstance(bare, MatrixSelector | Subquery)
    vector = _window(operand, history, minute) if ranged else evaluate(operand, history, minute)
    if name == "label_replace":
        target, replacement, source, pattern = _texts(node)
        return [_replaced(labels, target, replacement, source, pattern) for labels in vector]
    if name == "label_join":
        target, separator, *sources = _texts(node)
        joined = (separator.join(get(labels, source) for source in sources) for labels in vector)
        return [labels_of({**dict(labels), target: value}) for labels, value in zip(vector, joined, strict=True)]
    if name in KEEPS_NAME:
        return vector
    return [_drop(labels, (NAME,)) for labels in vector]


def _replaced(labels: Labels, target: str, replacement: str, source: str, pattern: str) -> Labels:
    found = re.fullmatch(pattern, get(labels, source))
    if found is None:
        return labels
    groups = (found.group(), *(group or "" for group in found.groups()))
    value = re.sub(r"\$\{?(\d)\}?", lambda ref: groups[int(ref[1])] if int(ref[1]) < len(groups) else "", replacement)
    return labels_of({**dict(labels), target: value})


def _absent(argument: Expression, history: History, minute: int) -> Vector:
    while isinstance(argument, Paren):
        argument = argument.expression
    ranged = isinstance(argument, MatrixSelector | Subquery)
    if _window(argument, history, minute) if ranged else evaluate(argument, history, minute):
        return []
    selector = argument.selector if isinstance(argument, MatrixSelector) else argument
    values: dict[str, str] = {}
    seen = set()
    for matcher in selector.matchers if isinstance(selector, VectorSelector) else ():
        label = matcher.label.text
        if label == NAME:
            continue
        if matcher.op == "=" and label not in seen:
            seen.add(label)
            values[label] = matcher.value
        else:
            values.pop(label, None)
    return [labels_of(values)]


def _aggregate(node: Aggregation, history: History, minute: int) -> Vector:
    vector = evaluate(node.expression, history, minute)
    op = node.op.text
    named = [label.text for label in node.grouping.labels] if node.grouping else []
    without = node.grouping is not None and node.grouping.without

    def group_of(labels: Labels) -> Labels:
        return _drop(labels, [*named, NAME]) if without else _keep(labels, named)

    if op == "limit_ratio":
        return [labels for labels in vector if chance(labels, op) % 2]
    if op in ("topk", "bottomk", "limitk"):
        assert isinstance(node.parameter, NumberLiteral)
        picked: dict[Labels, Vector] = {}
        for labels in sorted(vector, key=lambda labels: chance(labels, minute, op)):
            group = picked.setdefault(group_of(labels), [])
            if len(group) < int(node.parameter.value):
                group.append(labels)
        return [labels for group in picked.values() for labels in group]
    if op == "count_values":
        assert isinstance(node.parameter, StringLiteral)
        label = node.parameter.value
        valued = [labels_of({**dict(labels), label: str(chance(labels, minute) % 2)}) for labels in vector]
        if not without:
            named.append(label)
        return list(dict.fromkeys(map(group_of, valued)))
    return list(dict.fromkeys(map(group_of, vector)))


def _binary(node: Binary, history: History, minute: int) -> Vector:
    op = node.op.text
    drops_name = op not in COMPARISONS or node.return_bool
    scalars = [isinstance(side, NumberLiteral) for side in (node.left, node.right)]
    if any(scalars):
        vector = evaluate(node.right if scalars[0] else node.left, history, minute)
        if drops_name:
            return [_drop(labels, (NAME,)) for labels in vector]
        return [labels for labels in vector if chance(labels, minute, op) % 3]
    left = evaluate(node.left, history, minute)
    right = evaluate(node.right, history, minute)
    names = [label.text for label in node.matching.labels] if node.matching else []
    on = node.matching is not None and not node.matching.ignoring

    def signature(labels: Labels) -> Labels:
        return _keep(labels, names) if on else _drop(labels, [*names, NAME])

    if op in ("and", "or", "unless"):
        return _set_operation(op, left, right, signature)
    if node.group is not None and node.group.right:
        left, right = right, left
    if node.fill is None and (not left or not right):
        return []
    ones: dict[Labels, Labels] = {}
    for labels in right:
        if signature(labels) in ones:
            raise Refused("E2")
        ones[signature(labels)] = labels
    result: Vector = []
    seen: set[tuple[Labels, Labels | None]] = set()
    for labels in left:
        one = ones.get(signature(labels))
        if one is None and node.fill is not None and node.fill.right is not None:
            one = frozenset()
        if one is None:
            continue
        values = dict(_drop(labels, (NAME,) if drops_name else ()))
        if node.group is None:
            values = dict(_keep(frozenset(values.items()), names) if on else _drop(frozenset(values.items()), names))
        else:
            values |= {label.text: get(one, label.text) for label in node.group.include}
        made = labels_of(values)
        place = (signature(labels), None if node.group is None else made)
        if place in seen:
            raise Refused("E3" if node.group is None else "E4")
        seen.add(place)
        # Releases differ in whether a pair that a comparison filters out may still be refused; here it may.
        if drops_name or chance(labels, minute, op) % 4:
            result.append(made)
    if node.fill is not None and node.fill.left is not None:
        there = {signature(labels) for labels in left}
        missing = [_drop(one, (NAME,) if drops_name else ()) for place, one in ones.items() if place not in there]
        result += [_keep(one, names) if on else _drop(one, names) for one in missing]
    return result


def _set_operation(op: str, left: Vector, right: Vector, signature: Callable[[Labels], Labels]) -> Vector:
    theirs = {signature(labels) for labels in right}
    match op:
        case "and":
            return [labels for labels in left if signature(labels) in theirs]
        case "unless":
            return [labels for labels in left if signature(labels) not in theirs]
        case _:
            ours = {signature(labels) for labels in left}
            return left + [labels for labels in right if signature(labels) not in ours]
