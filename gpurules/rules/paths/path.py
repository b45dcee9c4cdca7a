"""What a collection path is to the rules: which series, how they are brought to the key of an identity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from gpurules.labels.schema import HonorLabels
from gpurules.promql.syntax.tree import Expression, Matcher
from gpurules.rules.label_names import NAME, NAMESPACE

Grouped = Callable[[tuple[str, ...]], Expression]
"""The series of a source, aggregated by the given labels of theirs and by those that tell devices apart."""

Again = Callable[[tuple[str, ...], Expression], Expression]
"""The aggregation once more, by the given labels and by those that tell devices apart."""


def as_stored(grouped: Grouped, again: Again, stored: tuple[str, ...]) -> Expression:
    """The series already carry the key under its own names."""
    return grouped(stored)


@dataclass(frozen=True, slots=True)
class Source:
    """Series that name their VM in one way, whichever path they came.

    ``name``: of the source, the first word of its device record's name. ``identities``: names in the registry of
    identities, the preferred one first, all with the same key. ``stored``: the labels that name the VM, as Prometheus
    stores them. ``selections``: matchers of the series that are read, a series of any of them is. ``keyed``: how they
    are brought to the key: it gets two aggregations and ``stored``. ``renamed``: labels of the key that are stored
    under another name, by which matchers reach them. ``guest``: whether the numbers are a guest's own; those that are
    not give way to a guest's. ``hosts``: whether they come from exporters on nodes alone. ``told_apart``: the device
    record keeps the scraped address in any case, since whoever sends such series names the VM himself.
    """

    name: str
    identities: tuple[str, ...]
    stored: tuple[str, ...]
    selections: tuple[tuple[Matcher, ...], ...] = ((),)
    keyed: Callable[[Grouped, Again, tuple[str, ...]], Expression] = as_stored
    renamed: tuple[tuple[str, str], ...] = ()
    guest: bool = True
    hosts: bool = False
    told_apart: bool = False

    def covers(self, other: Source) -> bool:
        """Whether every series of ``other`` is one of this source's too: it reads them whole or more of them."""
        return all(any(set(mine) <= set(theirs) for mine in self.selections) for theirs in other.selections)


class Scrape(NamedTuple):
    """What is known of the scrape of a path: ``honor`` of the guests, the labels that relabelling sets, ``matchers``
    that the series of this path satisfy beyond those of all DCGM series."""

    honor: HonorLabels = HonorLabels.AUTO
    namespace_label: str = NAMESPACE
    name_label: str = NAME
    matchers: tuple[Matcher, ...] = ()


class CollectionPath(NamedTuple):
    """One path.

    ``summary``: how the data comes, in a few words. ``labels``: which labels name the VM on the series. ``sources``:
    what is read, for what is known of the scrape. ``trust``: what a guest could do, and what hinders it. ``note``: what
    is said on standard error and in the banner when the path is chosen; empty for nothing. ``needs``: settings that
    the path cannot do without, such as ``gpu_resources``. ``alternatives``: where one of several sources is enough.
    """

    name: str
    summary: str
    labels: str
    trust: str
    sources: Callable[[Scrape], tuple[Source, ...]]
    note: str = ""
    needs: tuple[str, ...] = ()
    alternatives: bool = False
