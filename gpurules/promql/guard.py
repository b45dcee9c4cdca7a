"""Whether the matchers of a selector establish the guard of a declared dependency."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gpurules.promql.types import Guard

_LITERAL = re.compile(r"[^\\.+*?()|\[\]{}^$]*")
"""What a regular expression matches letter by letter, up to the first character with a meaning of its own."""


def established(guard: Guard, matchers: Iterable[tuple[str, str, str]]) -> bool:
    """Whether every series that satisfies all ``matchers`` satisfies ``guard``.

    ``matchers`` are (label, op, value) with op ``=``, ``!=``, ``=~`` or ``!~``. False where it cannot be told: regular
    expressions are not executed (they may be hostile), only alternations of plain words, ``.+`` and plain prefixes are
    understood.
    """
    return any(label == guard.label and _implies(op, value, guard) for label, op, value in matchers)


def _implies(op: str, value: str, guard: Guard) -> bool:
    if op == guard.op and value == guard.value:
        return True
    if guard.op == "!=":
        return _excludes(op, value, guard.value)
    if op == "=":
        return _satisfies(value, guard)
    return False


def _satisfies(value: str, guard: Guard) -> bool:
    """Whether the one value that an ``=`` matcher leaves satisfies the guard."""
    if guard.op == "=":
        return value == guard.value
    words = _words(guard.value)
    if words is not None:
        return (value in words) == (guard.op == "=~")
    prefix = _prefix_of_the_rest(guard.value)
    return (
        guard.op == "=~" and prefix is not None and value.startswith(prefix) and value != prefix and "\n" not in value
    )


def _excludes(op: str, value: str, excluded: str) -> bool:
    """Whether a matcher lets no series through whose label is ``excluded``."""
    match op:
        case "=":
            return value != excluded
        case "!~":
            words = _words(value)
            return words is not None and excluded in words
        case "=~":
            words = _words(value)
            if words is not None:
                return excluded not in words
            if value == ".+":
                return excluded == ""
            prefix = _certain_prefix(value)
            return prefix != "" and not excluded.startswith(prefix)
        case _:
            return False


def _words(pattern: str) -> frozenset[str] | None:
    """The values that an alternation of plain words matches; None for any other pattern."""
    words = pattern.split("|")
    return frozenset(words) if all(_LITERAL.fullmatch(word) for word in words) else None


def _prefix_of_the_rest(pattern: str) -> str | None:
    """``abc`` for the pattern ``abc.+``, which matches every one-line value that is longer than its prefix."""
    prefix = pattern.removesuffix(".+")
    return prefix if prefix != pattern and _LITERAL.fullmatch(prefix) else None


def _certain_prefix(pattern: str) -> str:
    """Letters with which every value begins that ``pattern`` matches; empty where that is not plain to see."""
    if "|" in pattern:
        return ""
    literal = _LITERAL.match(pattern)
    prefix = literal.group() if literal else ""
    following = pattern[len(prefix) : len(prefix) + 1]
    return prefix[:-1] if following in ("?", "*", "{", "+") and prefix else prefix
