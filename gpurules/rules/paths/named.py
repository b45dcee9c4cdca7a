"""Series that carry the namespace and name of their VM: shared by paths where relabelling or the sender sets them."""

from __future__ import annotations

from gpurules.promql.syntax.build import matcher, relabel
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.label_names import LAUNCHER_PATTERN, NAME, NAMESPACE, POD
from gpurules.rules.paths.path import Again, Grouped, Scrape, Source, as_stored


def named_source(scrape: Scrape) -> Source:
    """Series with a VM's name that were not scraped on a launcher pod, whose own labels say more than a guest can."""
    stored = (scrape.namespace_label, scrape.name_label)
    matchers = (
        matcher(scrape.namespace_label, "!=", ""),
        matcher(scrape.name_label, "!=", ""),
        matcher(POD, "!~", LAUNCHER_PATTERN),
        *scrape.matchers,
    )
    renamed = tuple(pair for pair in zip((NAMESPACE, NAME), stored, strict=True) if pair[0] != pair[1])
    keyed = _keyed if renamed else as_stored
    return Source("name", ("vm-name",), stored, (matchers,), keyed, renamed, told_apart=True)


def _keyed(grouped: Grouped, again: Again, stored: tuple[str, ...]) -> Expression:
    keyed = grouped(stored)
    for label, source in zip((NAMESPACE, NAME), stored, strict=True):
        if label != source:
            keyed = relabel(keyed, label, source)
    return keyed
