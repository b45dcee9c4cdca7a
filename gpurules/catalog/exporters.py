"""The known releases of dcgm-exporter: how they spell the host's label, what they bring, which names they accept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from gpurules.catalog.load import read_table
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.terminal import safe

_IMAGE_SUFFIX = re.compile(r"-(distroless|ubi[0-9]+|ubuntu[0-9.]+)$")


class ExporterRelease(NamedTuple):
    """One release of dcgm-exporter.

    ``name``: its tag, DCGM release and own release (``4.5.3-4.8.2``). ``order``: place among the known releases, from
    0. ``hostname_label``: ``Hostname`` or ``hostname``. ``types``: what a counters file may declare.
    ``yaml_versions``: versions of the YAML configuration that it reads. ``labels``: labels that this release brings;
    ``changes``: what that is about, empty where nothing changed.
    """

    name: str
    order: int
    hostname_label: str
    types: tuple[str, ...]
    yaml_versions: tuple[str, ...]
    labels: tuple[str, ...]
    changes: str

    @property
    def dcgm(self) -> str:
        """The DCGM release that it was built for."""
        return self.name.partition("-")[0]

    @property
    def version(self) -> str:
        """The exporter's own release."""
        return self.name.partition("-")[2]

    @property
    def refuses_duplicates(self) -> bool:
        """Whether a name that occurs twice in a counters file is an error (dcgm-exporter 4.8.3 and later)."""
        return "untyped" in self.types


@cache
def releases() -> tuple[ExporterRelease, ...]:
    """All known releases, the oldest first."""
    return tuple(
        ExporterRelease(
            row[0], order, row[1], tuple(row[2].split()), tuple(row[3].split()), tuple(row[4].split()), row[5]
        )
        for order, row in enumerate(read_table("exporters.tsv"))
    )


def newest() -> ExporterRelease:
    """The newest known release."""
    return releases()[-1]


def find(name: str) -> ExporterRelease:
    """The release of that name: ``4.5.3-4.8.2``, the exporter's part ``4.8.2``, or an image tag of either.

    Raises InputError with the nearest known release.
    """
    wanted = _IMAGE_SUFFIX.sub("", name.strip())
    for release in releases():
        if wanted in (release.name, release.version):
            return release
    advice = did_you_mean(wanted, (release.name for release in releases())) or f"the newest is {newest().name}"
    raise InputError(Problem(f"dcgm-exporter {safe(name, 60)} is not known", advice=advice))


def accepts(release: ExporterRelease, name: str) -> bool:
    """Whether ``release`` knows a field by this name; another one makes it stop at its start."""
    return accepted_by_any((release,), name)


def accepted_by_any(exporters: Iterable[ExporterRelease], name: str) -> bool:
    """Whether one of ``exporters`` knows a field by this name."""
    ranges = _accepted().get(name)
    if ranges is None:
        return False
    first, refused = ranges
    return any(
        release.order >= first and not any(low <= release.order <= high for low, high in refused)
        for release in exporters
    )


@cache
def _accepted() -> Mapping[str, tuple[int, tuple[tuple[int, int], ...]]]:
    """Name -> order of the first release that accepts it, and the ranges of later ones that do not."""
    order = {release.name: release.order for release in releases()}
    accepted = {}
    for name, first, refused in read_table("accepted.tsv"):
        if first:
            ends = [part.split("..") for part in refused.split()]
            accepted[name] = (order[first], tuple((order[low], order[high]) for low, high in ends))
    return accepted
