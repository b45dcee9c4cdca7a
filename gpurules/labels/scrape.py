"""What scraping adds: from the labels that an exposition has to those that Prometheus stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gpurules.labels.schema import HonorLabels
from gpurules.promql.types import Dependency, Guard, Key, SeriesType

EXPORTED = "exported_"


@dataclass(frozen=True, slots=True)
class Target:
    """The labels of a scrape target: those it certainly has, those it may have, and the domain of each."""

    certain: frozenset[str]
    possible: frozenset[str] = frozenset()
    domains: Mapping[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> frozenset[str]:
        """Every label that the target may have."""
        return self.certain | self.possible


def stored(exposed: SeriesType, target: Target, honor: HonorLabels) -> SeriesType:
    """The type of the series as Prometheus stores them.

    Where the target and the exposition both have a label: with ``TRUE`` the exposed value stays, and an exposed empty
    value removes the label; with ``FALSE`` the target's value stays and the exposed one moves to ``exported_<label>``;
    with ``AUTO`` only what holds in both cases is said (Prometheus: ``honor_labels``).
    Keys of ``exposed`` must hold across targets; a key of one target's exposition alone needs ``instance`` and more.
    """
    if honor is HonorLabels.TRUE:
        return _honored(exposed, target)
    if honor is HonorLabels.FALSE:
        return _renamed(exposed, target)
    return _either(_honored(exposed, target), _renamed(exposed, target))


def _honored(exposed: SeriesType, target: Target) -> SeriesType:
    meanings = {label: domain for label, domain in target.domains.items() if label not in exposed.possible}
    meanings |= {
        label: domain
        for label, domain in exposed.domains.items()
        if label in exposed.certain or label not in target.labels or target.domains.get(label) == domain
    }
    return replace(
        exposed,
        certain=exposed.certain | (target.certain - exposed.possible if not exposed.open else frozenset()),
        possible=exposed.possible | target.labels,
        absent=exposed.absent - target.labels,
        domains=meanings,
    )


def _renamed(exposed: SeriesType, target: Target) -> SeriesType:
    clash = exposed.possible & target.labels
    names = {label: EXPORTED + label for label in clash & target.certain}
    kept = exposed.possible - names.keys()
    moved = frozenset(EXPORTED + label for label in clash)
    domains = {label: domain for label, domain in exposed.domains.items() if label in kept}
    domains |= {EXPORTED + label: exposed.domains[label] for label in clash if label in exposed.domains}
    for label in target.labels:
        if label in target.certain or exposed.domains.get(label) == target.domains.get(label):
            domains |= {label: target.domains[label]} if label in target.domains else {}
        elif label in clash:
            domains.pop(label, None)
        elif label in target.domains:
            domains[label] = target.domains[label]
    fixed = clash <= target.certain
    return replace(
        exposed,
        certain=(exposed.certain - clash)
        | target.certain
        | frozenset(names[label] for label in names if label in exposed.certain),
        possible=kept | moved | target.labels,
        absent=exposed.absent - moved - target.labels,
        keys=tuple(_key(key, names) for key in exposed.keys) if fixed else (),
        dependencies=tuple(_dependency(one, names) for one in exposed.dependencies) if fixed else (),
        domains=domains,
    )


def _either(honored: SeriesType, renamed: SeriesType) -> SeriesType:
    domains = {
        label: domain
        for label, domain in {**honored.domains, **renamed.domains}.items()
        if (label not in honored.possible or honored.domains.get(label) == domain)
        and (label not in renamed.possible or renamed.domains.get(label) == domain)
    }
    return replace(
        honored,
        certain=honored.certain & renamed.certain,
        possible=honored.possible | renamed.possible,
        absent=honored.absent & renamed.absent,
        keys=tuple(key for key in honored.keys if key in renamed.keys),
        dependencies=tuple(one for one in honored.dependencies if one in renamed.dependencies),
        domains=domains,
    )


def _key(key: Key, names: Mapping[str, str]) -> Key:
    return replace(key, labels=frozenset(names.get(label, label) for label in key.labels))


def _dependency(one: Dependency, names: Mapping[str, str]) -> Dependency:
    return replace(
        one,
        determinant=frozenset(names.get(label, label) for label in one.determinant),
        dependent=frozenset(names.get(label, label) for label in one.dependent),
        guards=frozenset(Guard(names.get(g.label, g.label), g.op, g.value) for g in one.guards),
    )
