"""Addresses that several VMs have: whoever had one of late may still be seen under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gpurules.scenario.heard import ADDRESSES
from gpurules.scenario.model import Cluster

Claim = tuple[str, str, str]
"""An address, and the namespace and name of a VM that has it."""


def shared_addresses(cluster: Cluster) -> frozenset[str]:
    """The addresses that more than one VM has, at whatever times."""
    owners: dict[str, set[tuple[str, str]]] = {}
    for machine in cluster.machines:
        for stay in machine.stays:
            owners.setdefault(stay.address, set()).add((machine.namespace, machine.name))
    return frozenset(address for address, vms in owners.items() if len(vms) > 1)


def claims(heard: Iterable[Mapping[str, str]], observed: bool) -> Iterator[Claim]:
    """What KubeVirt says of addresses, of all that is ``heard``; its observability controller only if ``observed``."""
    for series in heard:
        believed = observed or "exported_namespace" not in series
        if series["__name__"] == ADDRESSES and "address" in series and believed:
            yield series["address"], series["namespace"], series["name"]
