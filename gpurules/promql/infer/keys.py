"""Keys and functional dependencies: closure, key tests, projection, union.

A type speaks of the set of all label sets that an expression ever yields. A fact that holds ``ALWAYS`` holds within
that set, an ``INSTANT`` fact within the label sets of one evaluation. An operation that maps each label set to another
one, or that drops some, keeps the validity of what survives; one that brings together what lived at different times
keeps ``ALWAYS`` facts only.

Nothing here is exponential: the numbers of keys and dependencies are capped. Dropping a fact is always sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gpurules.promql.infer.labelset import NAME, LabelSet, is_fixed, may_have, one_name, only
from gpurules.promql.types import Dependency, Key, SeriesType, Validity

MOST_KEYS = 16
MOST_DEPENDENCIES = 32
WIDEST_REDUCED = 64

ALWAYS = Validity.ALWAYS
INSTANT = Validity.INSTANT


def weaker(*validities: Validity) -> Validity:
    """INSTANT if any of them is."""
    return INSTANT if INSTANT in validities else ALWAYS


def holds(fact: Validity | None, asked: Validity) -> bool:
    """Whether a fact of validity ``fact`` may be used where ``asked`` is to be shown."""
    return fact is ALWAYS or (fact is INSTANT and asked is INSTANT)


def closure(series: SeriesType, start: LabelSet, validity: Validity) -> set[str]:
    """The labels that dependencies add to ``start``; labels with one value everywhere count as known throughout."""
    added: set[str] = set()
    pending = [dependency for dependency in series.dependencies if holds(dependency.validity, validity)]
    while pending:
        waiting = []
        for dependency in pending:
            if all(label in start or label in added or is_fixed(series, label) for label in dependency.determinant):
                added |= dependency.dependent
            else:
                waiting.append(dependency)
        if len(waiting) == len(pending):
            break
        pending = waiting
    return added


def _is_key(series: SeriesType, start: LabelSet, validity: Validity) -> bool:
    added = closure(series, start, validity)

    def known(label: str) -> bool:
        return label in start or label in added or is_fixed(series, label)

    if any(holds(key.validity, validity) and all(map(known, key.labels)) for key in series.keys):
        return True
    complete = start.complement and all(known(label) for label in start.labels if label != NAME)
    if not complete and not series.open:
        complete = all(map(known, series.possible))
    return complete and (known(NAME) or holds(series.distinct, validity))


def key_validity(series: SeriesType, labels: LabelSet) -> Validity | None:
    """For how long no two series agree on ``labels``; None where that is not provable."""
    for validity in (ALWAYS, INSTANT):
        if _is_key(series, labels, validity):
            return validity
    return None


def unproved_labels(series: SeriesType, labels: LabelSet) -> frozenset[str]:
    """Known labels that may differ between two series that agree on ``labels``: what the nearest key still lacks."""
    added = closure(series, labels, INSTANT)

    def lacking(wanted: Iterable[str]) -> frozenset[str]:
        return frozenset(
            label for label in wanted if label not in labels and label not in added and not is_fixed(series, label)
        )

    candidates = [lacking(key.labels) for key in series.keys]
    if not candidates:
        wanted = series.possible | {NAME} if series.distinct is None else series.possible
        candidates = [lacking(wanted)]
    return min(candidates, key=lambda missing: (len(missing), sorted(missing)))


def minimal_keys(keys: Iterable[Key]) -> tuple[Key, ...]:
    """``keys`` without those that another one implies, in a fixed order, capped."""
    kept: list[Key] = []
    for key in sorted(set(keys), key=lambda key: (len(key.labels), key.validity is INSTANT, sorted(key.labels))):
        if not any(other.labels <= key.labels and holds(other.validity, key.validity) for other in kept):
            kept.append(key)
    return tuple(kept[:MOST_KEYS])


def tidy_dependencies(dependencies: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """``dependencies`` with equal determinants joined and trivial ones left out, in a fixed order, capped."""
    joined: dict[tuple[frozenset[str], Validity], frozenset[str]] = {}
    for dependency in dependencies:
        place = (dependency.determinant, dependency.validity)
        joined[place] = joined.get(place, frozenset()) | dependency.dependent
    kept = []
    for (determinant, validity), dependent in joined.items():
        rest = dependent - determinant
        if validity is INSTANT:
            rest -= joined.get((determinant, ALWAYS), frozenset())
        if rest:
            kept.append(Dependency(determinant, rest, validity))
    if len(kept) > 1:
        kept.sort(key=lambda d: (len(d.determinant), d.validity is INSTANT, sorted(d.determinant)))
    return tuple(kept[:MOST_DEPENDENCIES])


def project_facts(series: SeriesType, kept: LabelSet) -> tuple[tuple[Key, ...], tuple[Dependency, ...]]:
    """The keys and dependencies of ``series`` that speak of labels in ``kept`` only, using what was known of others."""
    keys = []
    for key in series.keys:
        cut = kept.within(label for label in key.labels if not is_fixed(series, label))
        validity: Validity | None = key.validity
        if any(label not in kept and label not in cut and not is_fixed(series, label) for label in key.labels):
            validity = key_validity(series, only(cut))
        if validity is not None:
            keys.append(Key(cut, validity))
    dependencies = []
    for dependency in series.dependencies:
        determinant = frozenset(label for label in dependency.determinant if not is_fixed(series, label))
        if all(label in kept for label in determinant):
            reached = kept.within(closure(series, only(determinant), dependency.validity))
            dependencies.append(Dependency(determinant, reached, dependency.validity))
    return minimal_keys(keys), tidy_dependencies(dependencies)


def dependencies_on(series: SeriesType, labels: LabelSet) -> tuple[Dependency, ...]:
    """What ``series`` says of its projection to ``labels`` (never of the name), its keys turned into dependencies."""
    kept = labels.without((NAME,))
    keys, dependencies = project_facts(series, kept)
    everything = kept.within(series.possible) if kept.complement else kept.labels
    from_keys = (Dependency(key.labels, everything - key.labels, key.validity) for key in keys)
    return tidy_dependencies((*dependencies, *from_keys))


def _reduce(series: SeriesType, labels: frozenset[str], validity: Validity) -> frozenset[str]:
    """``labels``, a key, less what it does not need."""
    if len(labels) > WIDEST_REDUCED:
        return labels
    for label in sorted(labels):
        smaller = labels - {label}
        if is_fixed(series, label) or _is_key(series, only(smaller), validity):
            labels = smaller
    return labels


def with_whole_key(series: SeriesType) -> SeriesType:
    """``series`` with the key that all its labels form, where it is closed, made minimal."""
    if series.open:
        return series
    keys = list(series.keys)
    whole = series.possible if one_name(series) or holds(series.distinct, ALWAYS) else series.possible | {NAME}
    keys.append(Key(_reduce(series, whole, ALWAYS), ALWAYS))
    if any(dependency.validity is INSTANT for dependency in series.dependencies) or series.distinct is INSTANT:
        start = series.possible if series.distinct is not None else whole
        keys.append(Key(_reduce(series, start, INSTANT), INSTANT))
    return replace(series, keys=minimal_keys(keys))


def emptied(series: SeriesType) -> SeriesType:
    """``series`` where it is shown that there is none: there is at most one, whatever the labels."""
    return replace(series, empty=True, keys=(Key(frozenset(), ALWAYS),), dependencies=(), distinct=ALWAYS)


def always_only(series: SeriesType) -> SeriesType:
    """``series`` as it is when series of different times stand side by side."""
    return replace(
        series,
        keys=tuple(key for key in series.keys if key.validity is ALWAYS),
        dependencies=tuple(item for item in series.dependencies if item.validity is ALWAYS),
        distinct=ALWAYS if series.distinct is ALWAYS or one_name(series) else None,
    )


def _reach(
    series: SeriesType, determinant: frozenset[str], validity: Validity, among: frozenset[str]
) -> frozenset[str]:
    if _is_key(series, only(determinant), validity):
        return among
    reached = closure(series, only(determinant), validity)
    return frozenset(label for label in among if label in reached or is_fixed(series, label))


def united_facts(
    parts: Sequence[SeriesType], separators: Iterable[tuple[frozenset[str], Validity]]
) -> tuple[tuple[Key, ...], tuple[Dependency, ...]]:
    """The facts of a union: no two series of different parts agree on a separator, for as long as its validity says."""
    among = frozenset().union(*(part.possible for part in parts))
    keys: list[Key] = []
    dependencies: list[Dependency] = []
    candidates = {key.labels for part in parts for key in part.keys}
    first = [key.labels for key in parts[0].keys[:4]]
    for part in parts[1:]:
        first = [a | key.labels for a in first for key in part.keys[:4]][:MOST_KEYS]
    candidates.update(first)
    determinants = {dependency.determinant for part in parts for dependency in part.dependencies}
    for separator, apart in separators:
        for candidate in [separator, *(candidate | separator for candidate in candidates)][: 4 * MOST_KEYS]:
            validities = [key_validity(part, only(candidate)) for part in parts]
            known = [validity for validity in validities if validity is not None]
            if len(known) == len(validities):
                keys.append(Key(candidate, weaker(apart, *known)))
        for determinant in [separator, *(item | separator for item in determinants)][: 2 * MOST_DEPENDENCIES]:
            for validity in (ALWAYS, INSTANT) if apart is ALWAYS else (INSTANT,):
                reached = among.intersection(*(_reach(part, determinant, validity, among) for part in parts))
                dependencies.append(Dependency(determinant, reached, validity))
    return minimal_keys(keys), tidy_dependencies(dependencies)


def restrict(series: SeriesType, kept: LabelSet, image: bool = True) -> SeriesType:
    """``series`` with the labels in ``kept`` only; the caller has shown, or reported, that they stay distinct.

    ``image`` unset: labels will be added that are no function of those in ``kept``, so these need not form a key.
    """
    keys, dependencies = project_facts(series, kept)
    names = series.names if NAME in kept else frozenset()
    if kept.complement:
        possible = series.possible - kept.labels
        absent = series.absent | (kept.labels - {NAME}) if series.open else frozenset()
    else:
        possible = frozenset(label for label in kept.labels if label != NAME and may_have(series, label))
        absent = frozenset()
    distinct: Validity | None = ALWAYS
    if names is None or len(names) > 1:
        distinct = key_validity(series, kept.without((NAME,)))
    result = replace(
        series,
        open=series.open and kept.complement,
        names=names,
        certain=series.certain & possible,
        possible=possible,
        absent=absent,
        keys=keys,
        dependencies=dependencies,
        distinct=distinct,
        domains={label: domain for label, domain in series.domains.items() if label in possible},
        constants={label: value for label, value in series.constants.items() if label in possible},
    )
    return with_whole_key(result) if image else result
