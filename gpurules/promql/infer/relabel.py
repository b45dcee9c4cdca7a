"""``label_replace`` and ``label_join``: one label becomes a function of others.

Label values are taken to hold no line breaks: before Prometheus 3 ``.`` does not match them.
"""

from __future__ import annotations

import re
from enum import Enum

from gpurules.promql.infer.findings import Notes
from gpurules.promql.infer.keys import (
    ALWAYS,
    INSTANT,
    key_validity,
    minimal_keys,
    restrict,
    tidy_dependencies,
    with_whole_key,
)
from gpurules.promql.infer.labelset import NAME, all_but, may_have
from gpurules.promql.infer.patterns import matches_empty
from gpurules.promql.syntax.tree import Call, StringLiteral
from gpurules.promql.types import Change, Dependency, Key, SeriesType
from gpurules.text.span import NOWHERE, Span

_WHOLE = frozenset(("(.+)", "(.*)"))
_FIRST_GROUP = frozenset(("$1", "${1}"))
_ANY = frozenset((".*", "(.*)"))
_SOME = frozenset((".+", "(.+)"))


class Effect(Enum):
    """What ``label_replace`` does to its target label."""

    NOTHING = "stays"
    COPY = "is the source label"
    SET = "is a constant"
    REMOVE = "is removed"
    MIXED = "is something of the source label where the pattern matches, else what it was"


def replaced(
    series: SeriesType, node: Call, target: str, replacement: str, source: str, pattern: str, notes: Notes
) -> SeriesType:
    """The type of ``label_replace(series, target, replacement, source, pattern)``."""
    effect = _effect(series, target, replacement, source, pattern)
    if effect is Effect.NOTHING:
        return series
    _check(series, target, node, notes)
    result = restrict(series, all_but((target,)), effect is not Effect.MIXED)
    span = target_word(node)
    if target == NAME:
        return _renamed(series, result, effect, replacement)
    if effect is Effect.REMOVE:
        return result._replace(changes={**series.changes, target: Change("dropped", span)})
    if effect is Effect.SET:
        result = result._replace(
            certain=result.certain | {target},
            possible=result.possible | {target},
            absent=result.absent - {target},
            constants={**result.constants, target: replacement},
            changes={**series.changes, target: Change("set", span)},
        )
        return with_whole_key(result)
    what = "overwritten" if may_have(series, target) else "copied"
    certain = result.certain
    domains = dict(result.domains)
    if effect is Effect.COPY:
        if _always_there(series, source):
            certain |= {target}
        if source in series.domains:
            domains[target] = series.domains[source]
        value = _only_value(series, source)
        if value:
            result = result._replace(constants={**result.constants, target: value})
        keys, dependencies = _copied(result, source, target)
        result = result._replace(keys=keys, dependencies=dependencies)
        what = "copied"
    else:
        copies = pattern in _WHOLE and replacement in _FIRST_GROUP
        literal = bool(re.sub(r"\$(\{\w*\}|\w+|\$)?", "", replacement))
        if target in series.certain and (literal or (copies and pattern == "(.+)")):
            certain |= {target}
        domain = series.domains.get(target)
        if copies and domain is not None and domain == series.domains.get(source):
            domains[target] = domain
    result = result._replace(
        certain=certain,
        possible=result.possible | {target},
        absent=result.absent - {target},
        domains=domains,
        changes={**series.changes, target: Change(what, span)},
    )
    return with_whole_key(result)


def joined(
    series: SeriesType, node: Call, target: str, separator: str, sources: tuple[str, ...], notes: Notes
) -> SeriesType:
    """The type of ``label_join(series, target, separator, sources...)``."""
    if len(sources) == 1:
        return replaced(series, node, target, "$1", sources[0], "(.*)", notes)
    if target not in sources:
        # Otherwise two series that differ in the target only still do: what stands around its value is the same.
        _check(series, target, node, notes)
    result = restrict(series, all_but((target,)), target not in sources)
    span = target_word(node)
    if target == NAME:
        return result._replace(names=None, distinct=key_validity(series, all_but((NAME,))))
    if not sources:
        return result._replace(changes={**series.changes, target: Change("dropped", span)})
    sure = bool(separator) or any(source in series.certain for source in sources)
    dependencies = result.dependencies
    if target not in sources and NAME not in sources:
        dependencies = (*dependencies, Dependency(frozenset(sources), frozenset((target,)), ALWAYS))
    result = result._replace(
        certain=result.certain | {target} if sure else result.certain,
        possible=result.possible | {target},
        absent=result.absent - {target},
        dependencies=tidy_dependencies(dependencies),
        changes={**series.changes, target: Change("overwritten", span)},
    )
    return with_whole_key(result)


def target_word(node: Call) -> Span:
    """The word that names the label which ``label_replace`` or ``label_join`` writes; else that of the function."""
    target = node.arguments[1] if len(node.arguments) > 1 else None
    if isinstance(target, StringLiteral) and target.span != NOWHERE:
        return target.inside
    return node.function.span


def _effect(series: SeriesType, target: str, replacement: str, source: str, pattern: str) -> Effect:
    nowhere = not source or not may_have(series, source)
    if nowhere:
        # The source value is empty on every series.
        empty = matches_empty(pattern)
        if empty is False:
            return Effect.NOTHING
        if empty and (not replacement or (pattern in _WHOLE and replacement in _FIRST_GROUP)):
            return Effect.REMOVE
        return Effect.SET if empty and "$" not in replacement else Effect.MIXED
    there = _always_there(series, source)
    if pattern in _WHOLE and replacement in _FIRST_GROUP and target != NAME:
        if target == source:
            return Effect.NOTHING
        # Where (.+) does not match, the source is absent and the target stays: a copy still, if it is absent too.
        if pattern == "(.*)" or there or not may_have(series, target):
            return Effect.COPY
        return Effect.MIXED
    if "$" not in replacement and (pattern in _ANY or (pattern in _SOME and there)):
        return Effect.SET if replacement else Effect.REMOVE
    return Effect.MIXED


def _always_there(series: SeriesType, label: str) -> bool:
    if label == NAME:
        return bool(series.names) and "" not in (series.names or ())
    return label in series.certain


def _only_value(series: SeriesType, label: str) -> str | None:
    if label == NAME:
        return next(iter(series.names)) if series.names and len(series.names) == 1 else None
    return series.constants.get(label)


def _check(series: SeriesType, target: str, node: Call, notes: Notes) -> None:
    """E1 where two series may differ in the target label only."""
    kept = all_but((target,))
    validity = key_validity(series, kept)
    if validity is None or (notes.windowed and validity is INSTANT):
        what = f"{node.function.text} replaces {target}, and series may differ in that label only"
        notes.fail("E1", what, target_word(node), node.arguments[0], series, kept)


def _copied(series: SeriesType, source: str, target: str) -> tuple[tuple[Key, ...], tuple[Dependency, ...]]:
    """Facts once more with the target in place of the source, and that both are equal."""

    def renamed(labels: frozenset[str]) -> frozenset[str]:
        return labels - {source} | {target} if source in labels else labels

    keys = (*series.keys, *(Key(renamed(key.labels), key.validity) for key in series.keys))
    dependencies = [
        *series.dependencies,
        Dependency(frozenset((source,)), frozenset((target,)), ALWAYS),
        Dependency(frozenset((target,)), frozenset((source,)), ALWAYS),
    ]
    for item in series.dependencies:
        if source in item.determinant:
            dependencies.append(Dependency(renamed(item.determinant), item.dependent, item.validity))
        if source in item.dependent:
            dependencies.append(Dependency(item.determinant, frozenset((target,)), item.validity))
    return minimal_keys(keys), tidy_dependencies(dependencies)


def _renamed(series: SeriesType, cleared: SeriesType, effect: Effect, replacement: str) -> SeriesType:
    """The name itself is replaced."""
    if effect is Effect.SET:
        return cleared._replace(names=frozenset((replacement,)), distinct=ALWAYS)
    if effect is Effect.REMOVE:
        return cleared
    return cleared._replace(names=None, distinct=key_validity(series, all_but((NAME,))))
