"""Selectors: which series of which metrics, and what the matchers say of their labels."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations

from gpurules.promql.guard import established
from gpurules.promql.infer.findings import Environment
from gpurules.promql.infer.keys import (
    ALWAYS,
    always_only,
    emptied,
    minimal_keys,
    project_facts,
    tidy_dependencies,
    united_facts,
)
from gpurules.promql.infer.labelset import NAME, SOME_NAME, all_but, apart, may_have
from gpurules.promql.infer.patterns import literal_alternatives, matches_empty
from gpurules.promql.syntax.tree import Matcher, MatrixSelector, VectorSelector
from gpurules.promql.types import Change, Dependency, Kind, RangeType, SeriesType

MOST_METRICS = 4096
MOST_SHAPES = 16
MOST_SHAPES_SEEN = 128
MOST_HELD = 4096

ANYTHING = SeriesType(open=True, names=None, distinct=None)
"""Series of which nothing is known, not even that they stay distinct without their names."""


def selector_type(node: VectorSelector, environment: Environment) -> tuple[SeriesType, frozenset[str] | None, bool]:
    """The type of an instant vector selector, its names, and whether it is held.

    The type of one metric has ``SOME_NAME``; held, it is the same object for every metric of the same declared type.
    """
    names = selected_names(node)
    if names is None:
        return _without_fixed(_all_matched(ANYTHING, node.matchers)), None, False
    if len(names) > 1:
        return _without_fixed(_named_series(names, environment, node.matchers)), names, False
    known = _shared(environment.type_of(next(iter(names))) or ANYTHING)
    place = (id(known), node.matchers)
    held = _held.get(place)
    if held is not None:
        return held[1], names, True
    series = _settled(known, _tests(node.matchers))._replace(names=SOME_NAME, distinct=ALWAYS)
    found = _without_fixed(_all_matched(series, node.matchers))
    if found.changes != known.changes:
        return found, names, False
    if len(_held) >= MOST_HELD:
        _held.clear()
    _held[place] = known, found
    return found, names, True


_held: dict[tuple[int, tuple[Matcher, ...]], tuple[SeriesType, SeriesType]] = {}
"""Types of selectors that name no words of their text, with the declared type, whose identity is part of the place."""
_declared: dict[int, tuple[SeriesType, SeriesType]] = {}
"""By the identity of a declared type: that type, and the first that was equal to it but for its names."""
_equal: dict[Hashable, SeriesType] = {}


def _shared(known: SeriesType) -> SeriesType:
    """One and the same type for all that are equal to ``known`` but for their names."""
    entry = _declared.get(id(known))
    if entry is None:
        if len(_declared) >= MOST_HELD:
            _declared.clear()
            _equal.clear()
        content = tuple(map(_hashable, (getattr(known, item) for item in _CONTENT)))
        entry = _declared[id(known)] = known, _equal.setdefault(content, known)
    return entry[1]


_CONTENT = tuple(item for item in SeriesType._fields if item != "names")


def _hashable(value: object) -> Hashable:
    return frozenset(value.items()) if isinstance(value, Mapping) else value


def _tests(matchers: Iterable[Matcher]) -> list[tuple[str, str, str]]:
    return [(matcher.label.text, matcher.op, matcher.value) for matcher in matchers]


def range_type(node: MatrixSelector, series: SeriesType) -> RangeType:
    """The type of a range vector: what holds for series that live one after the other."""
    return RangeType(always_only(series), node.range.milliseconds / 1000)


def selected_names(node: VectorSelector) -> frozenset[str] | None:
    """The metric names that a selector can find, or None where they cannot be listed."""
    names: frozenset[str] | None = None
    if node.name is not None:
        names = frozenset((node.name.text,))
    rest = []
    for matcher in node.matchers:
        if matcher.label.text != NAME:
            continue
        found = _literals(matcher)
        if matcher.op in ("=", "=~") and found is not None:
            names = found if names is None else (names & found or names)
        else:
            rest.append((matcher, found))
    if names is None or len(names) > MOST_METRICS:
        return None
    for matcher, found in rest:
        if matcher.op in ("!=", "!~") and found is not None:
            names = names - found or names
    return names


def _literals(matcher: Matcher) -> frozenset[str] | None:
    if matcher.op in ("=", "!="):
        return frozenset((matcher.value,))
    found = literal_alternatives(matcher.value)
    return None if found is None else frozenset(found)


def _named_series(names: frozenset[str], environment: Environment, matchers: Sequence[Matcher]) -> SeriesType:
    """The union of the series of all metrics called ``names`` that the matchers on other labels let through."""
    tests = _tests(matchers)
    shapes: list[SeriesType] = []
    units = set()
    kinds = set()
    for name in sorted(names):
        declared = environment.type_of(name)
        if declared is None:
            return _all_matched(ANYTHING._replace(names=names), matchers)
        series = declared
        units.add(series.unit)
        kinds.add(series.kind)
        # Hundreds of metrics share a handful of label schemas; equal ones are looked at once.
        shape = _settled(series, tests)._replace(names=frozenset(), unit=None, kind=Kind.UNKNOWN, distinct=ALWAYS)
        if shape not in shapes:
            shapes.append(shape)
            if len(shapes) > MOST_SHAPES_SEEN:
                return _all_matched(ANYTHING._replace(names=names), matchers)
    matched = [shape for shape in (_all_matched(shape, matchers) for shape in shapes) if not shape.empty]
    if not matched:
        result = _all_matched(shapes[0], matchers)
    elif len(matched) <= MOST_SHAPES:
        result = _united_shapes(matched, len(shapes) == len(names))
    else:
        result = _all_matched(ANYTHING._replace(distinct=None), matchers)
    return result._replace(
        names=names,
        unit=units.pop() if len(units) == 1 else None,
        kind=kinds.pop() if len(kinds) == 1 else Kind.UNKNOWN,
    )


def _settled(series: SeriesType, tests: Sequence[tuple[str, str, str]]) -> SeriesType:
    """``series`` with a guarded dependency only where the matchers establish all of its guards."""
    if not any(dependency.guards for dependency in series.dependencies):
        return series
    held = tuple(
        dependency._replace(guards=frozenset())
        for dependency in series.dependencies
        if all(established(guard, tests) for guard in dependency.guards)
    )
    return series._replace(dependencies=held)


def _united_shapes(shapes: Sequence[SeriesType], one_each: bool) -> SeriesType:
    """The union of metrics of these types; ``one_each``: each type is that of a single metric."""
    if len(shapes) == 1 and one_each:
        return shapes[0]
    parts = shapes if len(shapes) > 1 else (shapes[0], shapes[0])
    separators = [(frozenset((NAME,)), ALWAYS)]
    between = separator(parts) if one_each else None
    if between is not None:
        separators.append((between, ALWAYS))
    keys, dependencies = united_facts(parts, separators)
    distinct = None if between is None else ALWAYS
    if between is not None:
        dependencies = tidy_dependencies((*dependencies, Dependency(between, frozenset((NAME,)), ALWAYS)))
    return united_labels(parts)._replace(keys=keys, dependencies=dependencies, distinct=distinct)


def separator(parts: Sequence[SeriesType]) -> frozenset[str] | None:
    """Labels on which no two series of different parts agree; None where such are not known."""
    found = set()
    for one, other in combinations(parts, 2):
        labels = sorted(apart(one, other))
        if not labels:
            return None
        found.add(labels[0])
    return frozenset(found)


def united_labels(parts: Sequence[SeriesType]) -> SeriesType:
    """What is known of single labels in a union; names, keys, dependencies, unit and kind are the caller's."""
    first, *others = parts
    possible = first.possible.union(*(part.possible for part in others))
    is_open = any(part.open for part in parts)
    absent: frozenset[str] = frozenset()
    if is_open:
        candidates = frozenset().union(*(part.absent for part in parts))
        absent = frozenset(
            label
            for label in candidates
            if all(label not in part.possible and (not part.open or label in part.absent) for part in parts)
        )
    constants = dict(first.constants)
    changes = dict(first.changes)
    for part in others:
        constants = {label: value for label, value in constants.items() if part.constants.get(label) == value}
        changes = {**part.changes, **changes}
    return SeriesType(
        open=is_open,
        names=frozenset(),
        certain=first.certain.intersection(*(part.certain for part in others)),
        possible=possible,
        absent=absent,
        domains=_common_domains(parts),
        constants=constants,
        changes=changes,
    )


def _common_domains(parts: Sequence[SeriesType]) -> dict[str, str]:
    """The domains on which all parts that may carry the label agree."""
    common = {}
    for label in frozenset().union(*(part.domains for part in parts)):
        found = {part.domains.get(label) for part in parts if may_have(part, label)}
        domain = found.pop() if len(found) == 1 else None
        if domain is not None:
            common[label] = domain
    return common


def _all_matched(series: SeriesType, matchers: Iterable[Matcher]) -> SeriesType:
    for matcher in matchers:
        if matcher.label.text != NAME:
            series = _matched(series, matcher)
    return series


def _matched(series: SeriesType, matcher: Matcher) -> SeriesType:
    """``series`` as one matcher on a label leaves it."""
    label, value = matcher.label.text, matcher.value
    constant: str | None = None
    nonempty = empty = False
    match matcher.op:
        case "=":
            constant = value
        case "!=":
            nonempty = value == ""
        case "=~":
            found = literal_alternatives(value)
            if found is not None and len(found) == 1:
                (constant,) = found
            else:
                nonempty = matches_empty(value) is False
        case "!~":
            nonempty = matches_empty(value) is True
    if constant is not None:
        nonempty, empty = constant != "", constant == ""
        if series.constants.get(label, constant) != constant:
            series = emptied(series)
    if (nonempty and not may_have(series, label)) or (empty and label in series.certain):
        series = emptied(series)
    if empty:
        return series._replace(
            certain=series.certain - {label},
            possible=series.possible - {label},
            absent=series.absent | {label} if series.open else series.absent,
            domains={name: domain for name, domain in series.domains.items() if name != label},
            constants={name: known for name, known in series.constants.items() if name != label},
            changes={**series.changes, label: Change("dropped", matcher.span)},
        )
    if not nonempty:
        return series
    constants = series.constants if constant is None else {**series.constants, label: constant}
    return series._replace(
        certain=series.certain | {label},
        possible=series.possible | {label},
        absent=series.absent - {label},
        constants=constants,
    )


def _without_fixed(series: SeriesType) -> SeriesType:
    """``series`` with keys that do not name labels of one value."""
    if not series.keys and not series.dependencies:
        return series
    keys, dependencies = project_facts(series, all_but(()))
    return series._replace(keys=minimal_keys(keys), dependencies=tidy_dependencies(dependencies))
