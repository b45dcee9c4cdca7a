"""A story told over other ways of collection, and in the words of another KubeVirt release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gpurules.scenario.model import World

WITHOUT_VMI_POD = ("v1.0", "v1.1", "v1.2", "v1.3", "v1.4")
"""Releases whose kubevirt_vmi_info, where they have it, names no launcher pod (source: vmistats_collector.go)."""
WITHOUT_ADDRESSES = WITHOUT_VMI_POD[:4]
"""Releases without kubevirt_vmi_status_addresses."""


def told(world: World, ways: Sequence[tuple[str, ...]], release: str = "main", kube_state: bool = False) -> World:
    """``world`` with the VMs collected in ``ways``, in turn, as KubeVirt ``release`` and kube-state-metrics, where
    it is scraped, tell it."""
    machines = tuple(
        replace(machine, collected=ways[position % len(ways)]) for position, machine in enumerate(world.cluster.machines)
    )
    cluster = replace(
        world.cluster,
        machines=machines,
        kube_state=kube_state,
        addresses=release not in WITHOUT_ADDRESSES,
        names_pod=release not in WITHOUT_VMI_POD,
    )
    return replace(world, cluster=cluster)
