"""What scraping adds: from the labels that an exposition has to those that Prometheus stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    return exposed._replace(
        certain=exposed.certain | (target.certain - exposed.possible if not exposed.open else frozenset()),
        possible=exposed.possible | target.labels,
        absent=exposed.absent - target.labels,
        domains=meanings,
    )


def _renamed(exposed: SeriesType, target: Target) -> SeriesType:
    clash = exposed.possible & target.labels
    taken = exposed.possible | target.labels
    names = {label: _free_names(label, taken) for label in clash}
    # A target that has exported_* labels of its own: several labels may compete for one name.
    tangled = any(label.startswith(EXPORTED) for label in clash)
    # Where it is certain that a label moves, and whereto.
    certain_moves = frozenset() if tangled else clash & target.certain
    moved = {label: names[label][0] for label in certain_moves if len(names[label]) == 1}
    replaced = clash & target.certain
    return exposed._replace(
        open=exposed.open or tangled,
        certain=(exposed.certain - clash) | target.certain | {moved[label] for label in moved.keys() & exposed.certain},
        possible=(exposed.possible - replaced) | target.labels | {name for one in names.values() for name in one},
        absent=exposed.absent - target.labels - {name for one in names.values() for name in one},
        keys=tuple(_key(key, moved) for key in exposed.keys) if len(moved) == len(clash) else (),
        dependencies=tuple(_dependency(one, moved) for one in exposed.dependencies) if len(moved) == len(clash) else (),
        domains={} if tangled else _renamed_domains(exposed, target, names),
    )


def _free_names(label: str, taken: frozenset[str]) -> tuple[str, ...]:
    """The names that a label which gives way may get: ``exported_`` is repeated until a name is free."""
    names = [EXPORTED + label]
    while names[-1] in taken:
        names.append(EXPORTED + names[-1])
    return tuple(names)


def _renamed_domains(exposed: SeriesType, target: Target, names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    meanings = {label: domain for label, domain in exposed.domains.items() if label not in target.labels}
    for label in target.labels:
        own, other = target.domains.get(label), exposed.domains.get(label)
        if own is not None and (label in target.certain or label not in exposed.possible or own == other):
            meanings[label] = own
    for label, free in names.items():
        if len(free) > 1:
            meanings = {name: domain for name, domain in meanings.items() if name not in free}
        elif label in exposed.domains:
            meanings[free[0]] = exposed.domains[label]
    return meanings


def _either(honored: SeriesType, renamed: SeriesType) -> SeriesType:
    domains = {
        label: domain
        for label, domain in {**honored.domains, **renamed.domains}.items()
        if (label not in honored.possible or honored.domains.get(label) == domain)
        and (label not in renamed.possible or renamed.domains.get(label) == domain)
    }
    return honored._replace(
        open=honored.open or renamed.open,
        certain=honored.certain & renamed.certain,
        possible=honored.possible | renamed.possible,
        absent=honored.absent & renamed.absent,
        keys=tuple(key for key in honored.keys if key in renamed.keys),
        dependencies=tuple(one for one in honored.dependencies if one in renamed.dependencies),
        domains=domains,
    )


def _key(key: Key, names: Mapping[str, str]) -> Key:
    return key._replace(labels=frozenset(names.get(label, label) for label in key.labels))


def _dependency(one: Dependency, names: Mapping[str, str]) -> Dependency:
    return one._replace(
        determinant=frozenset(names.get(label, label) for label in one.determinant),
        dependent=frozenset(names.get(label, label) for label in one.dependent),
        guards=frozenset(Guard(names.get(g.label, g.label), g.op, g.value) for g in one.guards),
    )
