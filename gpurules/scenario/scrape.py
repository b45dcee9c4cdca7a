"""What Prometheus stores of a cluster's expositions: target labels merged in, and staleness.

Source: Prometheus ``scrape/scrape.go`` (mutateSampleLabels, endOfRunStaleness).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gpurules.scenario.epochs import epochs
from gpurules.scenario.exposition import exposed, read_before, within
from gpurules.scenario.model import Cluster, Labels, Reading, labels_of
from gpurules.scenario.target import Exposed, Target

INTERVAL: Final = 15
"""Seconds between two scrapes."""

LOOKBACK: Final = 300
"""Seconds for which the last sample of a series is shown that is not marked stale: Prometheus' default."""

VANISHED_AFTER: Final = 3
"""Scrapes after the last one at which the series of a target that is gone are marked stale: the marker is written 2.1
intervals later."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The stale marker."""


STALE = Stale()

Point = float | Stale


@dataclass(slots=True)
class StoredSeries:
    """One series: points by the number of the scrape."""

    labels: Labels
    points: dict[int, Point] = field(default_factory=dict)


def merged(target: Mapping[str, str], exposed: Mapping[str, str], honor: bool) -> dict[str, str]:
    """The labels of the stored series.

    With ``honor`` what is exposed wins; else the target's label wins and the exposed one moves to
    ``exported_<name>``, the prefix repeated until the name is free.
    """
    if honor:
        return {**target, **exposed}
    result = dict(exposed)
    moved: dict[str, str] = {}
    for name, value in target.items():
        if name in result:
            moved[name] = result[name]
        result[name] = value
    for name in sorted(moved, key=len):
        free = f"exported_{name}"
        while free in result:
            free = f"exported_{free}"
        result[free] = moved[name]
    return result


def honors(target: Target, guests_honor: bool) -> bool:
    """Whether the scrape of ``target`` sets honorLabels: KubeVirt's own, that of kube-state-metrics and those of
    strangers do, the observability controller's does not. That of an exporter on a node may differ from the guests'."""
    if target.kind in {"controller", "kube-state", "stranger", "honored-host"}:
        return True
    return guests_honor and target.kind not in {"observer", "renamed-host"}


REPLICA_LABEL: Final = "prometheus_replica"
"""The external label by which prometheus-operator tells the replicas of a Prometheus apart."""


def stored(cluster: Cluster, guests_honor: bool, end: float, interval: float = INTERVAL) -> tuple[StoredSeries, ...]:
    """All series that the store which is queried holds by ``end``.

    Each replica has its own, with its external label; they take turns, so that no two scrape at the same moment.
    """
    if not cluster.replicas:
        return scraped(cluster, guests_honor, end, interval)
    turns = len(cluster.replicas)
    return tuple(
        StoredSeries(
            labels_of({**dict(one.labels), REPLICA_LABEL: name}),
            {tick * turns + turn: point for tick, point in one.points.items()},
        )
        for turn, name in enumerate(cluster.replicas)
        for one in scraped(cluster, guests_honor, end, interval * turns, turn * interval)
    )


def scraped(
    cluster: Cluster, guests_honor: bool, end: float, interval: float, first: float = 0
) -> tuple[StoredSeries, ...]:
    """All series of one Prometheus, which scrapes from ``first`` on; points by the number of the scrape.

    A series that is missing from a scrape, and all series of a target that does not answer, are marked stale at that
    scrape; those of a target that is gone :data:`VANISHED_AFTER` scrapes after the last one. While Prometheus is down
    nothing is stored, and what ended meanwhile is never marked, since what was seen is remembered in memory only.
    """
    series: dict[Labels, StoredSeries] = {}
    alive: dict[Target, frozenset[Labels]] = {}
    gone: dict[Target, int] = {}
    known = epochs(cluster)
    epoch, answers = -1, dict[Target, Scrape]()
    for tick in range(int((end - first) // interval) + 1):
        moment = first + tick * interval
        if within(cluster.outages, moment):
            alive.clear()
            gone.clear()
            continue
        if known.of(moment) != epoch:
            epoch = known.of(moment)
            answers = {
                target: scrape(series, target, page, honors(target, guests_honor))
                for target, page in exposed(cluster, moment).items()
            }
        read = read_before(cluster, moment)
        for target, answer in answers.items():
            for points, reading in answer.rows:
                points[tick] = reading.at(read) if reading.per_second else reading.value
            before = alive.get(target)
            if before is not answer.labels:
                for labels in (before or frozenset()) - answer.labels:
                    series[labels].points[tick] = STALE
                alive[target] = answer.labels
            gone.pop(target, None)
        for target in [target for target in alive if target not in answers]:
            since = gone.setdefault(target, tick)
            if tick - since >= VANISHED_AFTER - 1:
                for labels in alive.pop(target):
                    series[labels].points.setdefault(tick, STALE)
                del gone[target]
    return tuple(series.values())


@dataclass(frozen=True, slots=True)
class Scrape:
    """What every scrape of a target stores throughout an epoch: ``rows``, the points of a series and what is read for
    it, in the order of the exposition; ``labels``, those of all these series."""

    rows: tuple[tuple[dict[int, Point], Reading], ...]
    labels: frozenset[Labels]


def scrape(series: dict[Labels, StoredSeries], target: Target, page: Iterable[Exposed] | None, honor: bool) -> Scrape:
    """The scrape of ``target`` (None: it fails) with its ``up`` series; ``series`` gets those that it has not."""
    own = dict(target.labels)
    rows = [(labels_of(merged(own, dict(one.labels), honor)), one.reading) for one in page or ()]
    rows.append((labels_of({"__name__": "up", **own}), Reading(0 if page is None else 1)))
    return Scrape(
        tuple((series.setdefault(labels, StoredSeries(labels)).points, reading) for labels, reading in rows),
        frozenset(labels for labels, _ in rows),
    )
