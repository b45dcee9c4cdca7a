"""A story told over other ways of collection, and in the words of another KubeVirt release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gpurules.scenario.changed import with_clusters, with_exporters
from gpurules.scenario.model import Cluster, Exporter, VirtualMachine, World, release_number
from gpurules.scenario.quantities import DEFAULT_FIELDS, MIG_FIELDS, NOT_IN_MIG


def names_pod(release: str) -> bool:
    """Whether kubevirt_vmi_info of ``release`` names the launcher pod (source: vmistats_collector.go)."""
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
        cut = with_exporters(cluster, lambda exporter: _cut(exporter, fields))
        machines = enumerate(cut.machines)
        return replace(
            cut,
            machines=tuple(_machine(one, ways[position % len(ways)]) for position, one in machines),
            kube_state=kube_state,
            addresses=lists_addresses(release),
            names_pod=names_pod(release),
        )

    return with_clusters(world, tell)


def _machine(machine: VirtualMachine, ways: tuple[str, ...]) -> VirtualMachine:
    """The VM collected in ``ways``; an exporter that sends nothing is as good as none."""
    exporter = machine.exporter
    return replace(
        machine,
        collected=tuple(dict.fromkeys((*ways, *machine.besides))),
        exporter=exporter if exporter and exporter.fields else None,
    )


def _cut(exporter: Exporter, fields: Sequence[str]) -> Exporter:
    """What the exporter sends of ``fields``; one with the default counters, or those of a MIG guest, sends all of them
    that its guest has."""
    if exporter.fields == DEFAULT_FIELDS:
        return replace(exporter, fields=tuple(fields))
    if exporter.fields == MIG_FIELDS:
        return replace(exporter, fields=tuple(name for name in fields if name not in NOT_IN_MIG))
    return replace(exporter, fields=tuple(name for name in exporter.fields if name in fields))
