"""Keys and functional dependencies: closure, key tests, projection, union.

A type speaks of the set of all label sets that an expression ever yields. A fact that holds ``ALWAYS`` holds within
that set, an ``INSTANT`` fact within the label sets of one evaluation. An operation that maps each label set to another
one, or that drops some, keeps the validity of what survives; one that brings together what lived at different times
keeps ``ALWAYS`` facts only.

Nothing here is exponential: the numbers of keys and dependencies are capped. Dropping a fact is always sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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


def determined(series: SeriesType, start: LabelSet, validity: Validity) -> LabelSet:
    """``start`` with the labels that dependencies add; labels with one value everywhere count as known throughout."""
    pending = [item for item in series.dependencies if validity is INSTANT or item.validity is ALWAYS]
    labels, complement = start.labels, start.complement
    while pending:
        waiting = []
        for item in pending:
            missing = item.determinant & labels if complement else item.determinant - labels
            if missing and not _all_fixed(series, missing):
                waiting.append(item)
            elif complement:
                labels = labels - item.dependent
            else:
                labels = labels | item.dependent
        if len(waiting) == len(pending):
            break
        pending = waiting
    return LabelSet(labels, complement)


def _all_fixed(series: SeriesType, labels: Iterable[str]) -> bool:
    return all(is_fixed(series, label) for label in labels)


def _covers(series: SeriesType, known: LabelSet, labels: frozenset[str]) -> bool:
    """Whether two series that agree on ``known`` agree on ``labels``."""
    missing = labels & known.labels if known.complement else labels - known.labels
    return not missing or _all_fixed(series, missing)


def _is_key(series: SeriesType, start: LabelSet, validity: Validity) -> bool:
    known = determined(series, start, validity)
    for key in series.keys:
        if (validity is INSTANT or key.validity is ALWAYS) and _covers(series, known, key.labels):
            return True
    if not (NAME in known or is_fixed(series, NAME) or holds(series.distinct, validity)):
        return False
    if known.complement:
        return _all_fixed(series, known.labels - {NAME})
    return not series.open and _covers(series, known, series.possible)


def key_validity(series: SeriesType, labels: LabelSet) -> Validity | None:
    """For how long no two series agree on ``labels``; None where that is not provable."""
    for validity in (ALWAYS, INSTANT):
        if _is_key(series, labels, validity):
            return validity
    return None


def unproved_labels(series: SeriesType, labels: LabelSet) -> frozenset[str]:
    """Known labels that may differ between two series that agree on ``labels``: what the nearest key still lacks."""
    known = determined(series, labels, INSTANT)

    def lacking(wanted: Iterable[str]) -> frozenset[str]:
        return frozenset(label for label in wanted if label not in known and not is_fixed(series, label))

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
            reached = kept.within(determined(series, only(determinant), dependency.validity).labels - determinant)
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
    candidates = labels
    if not any(holds(key.validity, validity) for key in series.keys):
        # Without a key to reach, only what others fix can be done without.
        candidates = labels.intersection({NAME}.union(*(item.dependent for item in series.dependencies)))
        candidates = candidates.union(label for label in labels if is_fixed(series, label))
    for label in sorted(candidates):
        smaller = labels - {label}
        if is_fixed(series, label) or _is_key(series, only(smaller), validity):
            labels = smaller
    return labels


def with_whole_key(series: SeriesType) -> SeriesType:
    """``series`` with the key that all its labels form, where it is closed and has none, made minimal.

    Where there is a key already, dependencies find the others when they are asked for.
    """
    if series.open or any(key.validity is ALWAYS for key in series.keys):
        return series
    keys = list(series.keys)
    whole = series.possible if one_name(series) or holds(series.distinct, ALWAYS) else series.possible | {NAME}
    keys.append(Key(_reduce(series, whole, ALWAYS), ALWAYS))
    if any(dependency.validity is INSTANT for dependency in series.dependencies) or series.distinct is INSTANT:
        start = series.possible if series.distinct is not None else whole
        keys.append(Key(_reduce(series, start, INSTANT), INSTANT))
    return series._replace(keys=minimal_keys(keys))


def with_reduced_keys(series: SeriesType) -> SeriesType:
    """``series`` with its keys less what dependencies make superfluous."""
    reduced = (Key(_reduce(series, key.labels, key.validity), key.validity) for key in series.keys)
    return series._replace(keys=minimal_keys((*series.keys, *reduced)))


def emptied(series: SeriesType) -> SeriesType:
    """``series`` where it is shown that there is none: there is at most one, whatever the labels."""
    return series._replace(empty=True, keys=(Key(frozenset(), ALWAYS),), dependencies=(), distinct=ALWAYS)


def always_only(series: SeriesType) -> SeriesType:
    """``series`` as it is when series of different times stand side by side."""
    return series._replace(
        keys=tuple(key for key in series.keys if key.validity is ALWAYS),
        dependencies=tuple(item for item in series.dependencies if item.validity is ALWAYS),
        distinct=ALWAYS if series.distinct is ALWAYS or one_name(series) else None,
    )


def _reach(
    series: SeriesType, determinant: frozenset[str], validity: Validity, among: frozenset[str]
) -> frozenset[str]:
    if _is_key(series, only(determinant), validity):
        return among
    reached = determined(series, only(determinant), validity).labels - determinant
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
    result = series._replace(
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
