"""Path ``remote``: the guest pushes its series, or is scraped on its address from outside the cluster's pods."""

from __future__ import annotations

from gpurules.promql.syntax.build import matcher, relabel
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.label_names import ADDRESS, POD, SCRAPE_INSTANCE
from gpurules.rules.paths.named import named_source
from gpurules.rules.paths.path import Again, CollectionPath, Grouped, Scrape, Source

_ADDRESS_PATTERN = r"([0-9.]+)(?::[0-9]+)?|\[([0-9a-fA-F:.]+)\](?::[0-9]+)?"
"""An IPv4 address, or an IPv6 address in brackets, with a port or without (net.JoinHostPort)."""


def _sources(scrape: Scrape) -> tuple[Source, ...]:
    matchers = (matcher(scrape.name_label, "=", ""), matcher(POD, "=", ""), *scrape.matchers)
    addressed = Source("address", ("address",), (SCRAPE_INSTANCE,), (matchers,), _keyed)
    return (named_source(scrape), addressed)


def _keyed(grouped: Grouped, again: Again, stored: tuple[str, ...]) -> Expression:
    return relabel(grouped(stored), ADDRESS, SCRAPE_INSTANCE, _ADDRESS_PATTERN, "$1$2")


PATH = CollectionPath(
    name="remote",
    summary="the guest pushes, or is scraped by its address from outside",
    labels="`namespace` and `name` (or the labels named by `--vm-namespace-label` and `--vm-name-label`) from external "
    "or target labels; else the address in `instance`, which `kubevirt_vmi_status_addresses` of KubeVirt v1.4 on ties "
    "to a VM. An address that two VMs have, or had in the rate window (five minutes at least) and a minute more, is "
    "used for neither.",
    trust="Whoever sends a series says whose it is. Let the receiver of pushed series check or set the labels, give "
    "scraped guests their `namespace` and `name` as target labels, and separate the path with `--path-selector`.",
    sources=_sources,
    note="on path remote whoever sends a series says whose it is; let target labels or an authenticated receiver set "
    "namespace and name",
    alternatives=True,
)
