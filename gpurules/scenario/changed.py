"""Clusters with every part of a kind replaced: what all retellings of a story are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gpurules.scenario.model import Cluster, Exporter, Gpu, VirtualMachine, World


def with_clusters(world: World, change: Callable[[Cluster], Cluster]) -> World:
    """The world with each of its clusters changed."""
    others = {name: change(cluster) for name, cluster in world.others.items()}
    return replace(world, cluster=change(world.cluster), others=others)


def with_exporters(cluster: Cluster, change: Callable[[Exporter], Exporter]) -> Cluster:
    """The cluster with each exporter changed, those of nodes too."""

    def machine(one: VirtualMachine) -> VirtualMachine:
        return replace(
            one,
            exporter=change(one.exporter) if one.exporter else None,
            upgrade=(one.upgrade[0], change(one.upgrade[1])) if one.upgrade else None,
            second=change(one.second) if one.second else None,
        )

    hosts = tuple(replace(host, exporter=change(host.exporter)) for host in cluster.host_exporters)
    return replace(cluster, machines=tuple(map(machine, cluster.machines)), host_exporters=hosts)


def scattered(cluster: Cluster) -> Cluster:
    """The cluster with each VM on nodes of its own: where only the node is known, VMs that share one are of nobody."""

    def machine(number: int, one: VirtualMachine) -> VirtualMachine:
        return replace(one, stays=tuple(replace(stay, node=f"{stay.node}-{number}") for stay in one.stays))

    machines = tuple(machine(number, one) for number, one in enumerate(cluster.machines))
    nodes = tuple(sorted({stay.node for one in machines for stay in one.stays}))
    return replace(cluster, machines=machines, nodes=(*cluster.nodes, *nodes))


def with_gpus(cluster: Cluster, change: Callable[[Gpu], Gpu]) -> Cluster:
    """The cluster with each GPU changed, those of containers too."""

    def machine(one: VirtualMachine) -> VirtualMachine:
        later = tuple((since, tuple(map(change, gpus))) for since, gpus in one.later)
        return replace(one, gpus=tuple(map(change, one.gpus)), later=later)

    hosts = tuple(
        replace(host, workloads=tuple(replace(load, gpu=change(load.gpu)) for load in host.workloads))
        for host in cluster.host_exporters
    )
    return replace(cluster, machines=tuple(map(machine, cluster.machines)), host_exporters=hosts)
