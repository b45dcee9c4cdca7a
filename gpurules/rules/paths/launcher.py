"""Series whose own labels namespace and pod are those of a launcher pod: shared by all paths that scrape one."""

from __future__ import annotations

from gpurules.rules.label_names import NAMESPACE, POD
from gpurules.rules.paths.path import Scrape, Source

IDENTITIES = ("launcher-pod", "pod-owner")


def launcher_sources(scrape: Scrape) -> tuple[Source, ...]:
    """The series as they are. The join keeps those of launcher pods; the others are counted by the health records."""
    return (Source("pod", IDENTITIES, (NAMESPACE, POD), (scrape.matchers,)),)
