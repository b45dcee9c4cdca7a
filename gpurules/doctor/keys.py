"""Which key a series has for a source of a collection path, read from the same trees that the rules are built of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from gpurules.promql.syntax.build import selector
from gpurules.promql.syntax.tree import Aggregation, Call, Expression, Matcher, StringLiteral, VectorSelector
from gpurules.rules.identity import identity_of
from gpurules.rules.paths.path import Source
from gpurules.text.errors import InputError, Problem

Labels = Mapping[str, str]

_SERIES = selector("series")


def matches(matchers: Iterable[Matcher], labels: Labels) -> bool:
    """Whether a series with ``labels`` satisfies all ``matchers``, as Prometheus sees it."""
    return all(_matches(one, labels.get(one.label.text, "")) for one in matchers)


def _matches(one: Matcher, value: str) -> bool:
    if one.op in ("=", "!="):
        return (value == one.value) is (one.op == "=")
    return bool(_pattern(one.value).fullmatch(value)) is (one.op == "=~")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        message = f"the pattern {text!r} of a selector cannot be read here: {error}"
        raise InputError(Problem(message, advice="write it without what only RE2 knows")) from None


def reads(source: Source, labels: Labels) -> bool:
    """Whether ``source`` reads a series with ``labels``."""
    return any(matches(chosen, labels) for chosen in source.selections)


def key_of(source: Source, labels: Labels) -> tuple[str, ...] | None:
    """The key of a series that ``source`` reads, in the order of its identity's; None where a part is missing."""
    if not reads(source, labels):
        return None
    moved = _evaluated(_tree(source), labels)
    key = tuple(moved.get(label, "") for label in identity_of(source).key)
    return key if all(key) else None


def _tree(source: Source) -> Expression:
    return source.keyed(lambda kept: _SERIES, lambda kept, expression: expression, source.stored)


def _evaluated(tree: Expression, labels: Labels) -> dict[str, str]:
    """The labels of the one series that ``tree`` makes of a series. ValueError for what no source is built of."""
    if isinstance(tree, VectorSelector):
        return dict(labels)
    if isinstance(tree, Aggregation):
        return _evaluated(tree.expression, labels)
    if isinstance(tree, Call) and tree.function.text == "label_replace":
        inner, *texts = tree.arguments
        target, replacement, source, pattern = (one.value for one in texts if isinstance(one, StringLiteral))
        found = _evaluated(inner, labels)
        match = _pattern(pattern).fullmatch(found.get(source, ""))
        if match:
            found[target] = re.sub(r"\$(\d)", lambda group: match[int(group[1])] or "", replacement)
        return found
    raise ValueError(f"a key is not made by {type(tree).__name__}")
