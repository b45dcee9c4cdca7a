"""Epochs of a cluster: stretches of time in which nothing happens, so that only the numbers that are read change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gpurules.scenario.kube_state import KEPT, PREPARED
from gpurules.scenario.model import Cluster, Exporter, Period, Stay, VirtualMachine


@dataclass(frozen=True, slots=True)
class Epochs:
    """The moments at which something begins or ends, in order."""

    cuts: tuple[float, ...]

    def of(self, moment: float) -> int:
        """The number of the epoch that holds ``moment``."""
        return bisect_right(self.cuts, moment)


def epochs(cluster: Cluster) -> Epochs:
    """All moments at which another series may be exposed, or another VM or pod be told of. Outages are not among them:
    they are Prometheus' own."""
    return Epochs(tuple(sorted(set(_cuts(cluster)))))


def _cuts(cluster: Cluster) -> Iterator[float]:
    for replica in (*cluster.controllers, *cluster.observers, *cluster.watchers):
        yield from _ends((*replica.deployed, *replica.leads))
    for host in cluster.host_exporters:
        yield from _ends(host.exporter.answers)
    for machine in cluster.machines:
        yield from _of_machine(machine)


def _of_machine(machine: VirtualMachine) -> Iterator[float]:
    upgraded = (machine.upgrade[1],) if machine.upgrade else ()
    exporters: tuple[Exporter | None, ...] = (machine.exporter, machine.second, *upgraded)
    for exporter in exporters:
        yield from _ends(exporter.answers) if exporter else ()
    if machine.upgrade:
        yield machine.upgrade[0]
    yield from (since for since, _ in machine.later)
    for stay in machine.stays:
        yield from _of_stay(stay)


def _of_stay(stay: Stay) -> Iterator[float]:
    """With the times for which its pod runs before and is listed after, whether this one does or not."""
    yield from _ends((stay.period, stay.overlooked) if stay.overlooked else (stay.period,))
    yield stay.listed_from
    for runs in (stay.period.start, stay.period.start - PREPARED):
        yield from (runs, runs - stay.scheduling)
    yield stay.period.end + KEPT


def _ends(periods: Iterable[Period]) -> Iterator[float]:
    for period in periods:
        yield from (period.start, period.end)
