"""A story told over other ways of collection, and in the words of another KubeVirt release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gpurules.scenario.model import Cluster, Exporter, HostExporter, VirtualMachine, World, release_number
from gpurules.scenario.quantities import DEFAULT_FIELDS, MIG_FIELDS, NOT_IN_MIG

WITHOUT_VMI_POD = ("v1.0", "v1.1", "v1.2", "v1.3", "v1.4")
"""Releases whose kubevirt_vmi_info, where they have it, names no launcher pod (source: vmistats_collector.go)."""
WITHOUT_ADDRESSES = WITHOUT_VMI_POD[:4]
"""Releases without kubevirt_vmi_status_addresses."""


def names_pod(release: str) -> bool:
    """Whether kubevirt_vmi_info of ``release`` names the launcher pod."""
    return release_number(release) >= (1, 5)


def lists_addresses(release: str) -> bool:
    """Whether ``release`` has kubevirt_vmi_status_addresses."""
    return release_number(release) >= (1, 4)


def told(
    world: World,
    ways: Sequence[tuple[str, ...]],
    release: str = "main",
    kube_state: bool = False,
    fields: Sequence[str] = DEFAULT_FIELDS,
) -> World:
    """``world`` with the VMs collected in ``ways``, in turn, as KubeVirt ``release`` and kube-state-metrics, where
    it is scraped, tell it; of what exporters send only ``fields``."""

    def tell(cluster: Cluster) -> Cluster:
        machines = enumerate(cluster.machines)
        return replace(
            cluster,
            machines=tuple(_machine(one, ways[position % len(ways)], fields) for position, one in machines),
            host_exporters=tuple(_host(host, fields) for host in cluster.host_exporters),
            kube_state=kube_state,
            addresses=lists_addresses(release),
            names_pod=names_pod(release),
        )

    others = {name: tell(cluster) for name, cluster in world.others.items()}
    return replace(world, cluster=tell(world.cluster), others=others)


def _machine(machine: VirtualMachine, ways: tuple[str, ...], fields: Sequence[str]) -> VirtualMachine:
    """The VM collected in ``ways``; an exporter that sends none of ``fields`` is as good as none."""
    exporter = _cut(machine.exporter, fields) if machine.exporter else None
    upgrade = (machine.upgrade[0], _cut(machine.upgrade[1], fields)) if machine.upgrade else None
    return replace(
        machine,
        collected=ways,
        exporter=exporter if exporter and exporter.fields else None,
        upgrade=upgrade,
        second=_cut(machine.second, fields) if machine.second else None,
    )


def _host(host: HostExporter, fields: Sequence[str]) -> HostExporter:
    return replace(host, exporter=_cut(host.exporter, fields))


def _cut(exporter: Exporter, fields: Sequence[str]) -> Exporter:
    """What the exporter sends of ``fields``; one with the default counters, or those of a MIG guest, sends all of them
    that its guest has."""
    if exporter.fields == DEFAULT_FIELDS:
        return replace(exporter, fields=tuple(fields))
    if exporter.fields == MIG_FIELDS:
        return replace(exporter, fields=tuple(name for name in fields if name not in NOT_IN_MIG))
    return replace(exporter, fields=tuple(name for name in exporter.fields if name in fields))
