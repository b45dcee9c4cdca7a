"""From the paths that are asked for to the sources that are read, and the identity of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from gpurules.rules.identities.identity import Identity
from gpurules.rules.identities.registry import IDENTITIES
from gpurules.rules.paths.path import CollectionPath, Scrape, Source
from gpurules.rules.paths.registry import PATHS

LabelsOf = Callable[[str], frozenset[str] | None]
"""The labels that a metric of a KubeVirt release may have; None where the release has no such metric."""


class Unserved(NamedTuple):
    """A source of ``path`` for which the release lacks ``metric``, or its ``labels``."""

    path: str
    metric: str
    labels: tuple[str, ...]


class Sources(NamedTuple):
    """What is read; what the release cannot serve; and of that, what a path can do without."""

    chosen: tuple[Source, ...]
    unserved: tuple[Unserved, ...]
    spared: tuple[Unserved, ...]


def lacks(identity: Identity, labels_of: LabelsOf) -> tuple[str, tuple[str, ...]] | None:
    """The first metric that ``identity`` needs and that is not there, with the missing labels; None where all are."""
    for metric, labels in identity.needs:
        known = labels_of(metric)
        if known is None:
            return metric, ()
        missing = tuple(label for label in labels if label not in known)
        if missing:
            return metric, missing
    return None


def choose_sources(paths: Iterable[str], scrapes: Mapping[str, Scrape], labels_of: LabelsOf) -> Sources:
    """The sources of ``paths`` (names in the registry), preferred first; equal ones of several paths are one."""
    chosen: dict[str, Source] = {}
    unserved: list[Unserved] = []
    spared: list[Unserved] = []
    for name in paths:
        path = PATHS[name]
        served, missing = _served(path, path.sources(scrapes.get(name, Scrape())), labels_of)
        for source in served:
            known = chosen.get(source.name)
            chosen[source.name] = source if known is None else _merged(known, source)
        (spared if served and path.alternatives else unserved).extend(missing)
    return Sources(tuple(chosen.values()), tuple(unserved), tuple(spared))


def serves(path: CollectionPath, labels_of: LabelsOf) -> bool:
    """Whether a release whose metrics have these labels can serve ``path``."""
    served, missing = _served(path, path.sources(Scrape()), labels_of)
    return bool(served) and (path.alternatives or not missing)


def _served(
    path: CollectionPath, sources: tuple[Source, ...], labels_of: LabelsOf
) -> tuple[list[Source], list[Unserved]]:
    served: list[Source] = []
    missing: list[Unserved] = []
    for source in sources:
        gaps = [lacks(IDENTITIES[name], labels_of) for name in source.identities]
        fit = next((name for name, gap in zip(source.identities, gaps, strict=True) if gap is None), None)
        if fit is not None:
            served.append(replace(source, identities=(fit,)))
        elif gaps and gaps[0] is not None:
            missing.append(Unserved(path.name, *gaps[0]))
    return served, missing


def _merged(known: Source, more: Source) -> Source:
    selections = tuple(dict.fromkeys((*known.selections, *more.selections)))
    # Matchers only narrow what another path reads whole.
    whole = [one for one in selections if not any(set(other) < set(one) for other in selections)]
    return replace(known, selections=tuple(whole), hosts=known.hosts and more.hosts)
