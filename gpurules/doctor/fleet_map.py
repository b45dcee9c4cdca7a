"""Nodes, their VMs with GPUs, and the GPUs of each."""

from __future__ import annotations

from collections.abc import Collection

from gpurules.doctor.model import Gpu, Machine, Node
from gpurules.doctor.outcome import Vm
from gpurules.doctor.questions.holders import Holder, Holders
from gpurules.doctor.questions.joining import Joining


def fleet_map(joins: Joining, pods: Holders, silent: Collection[Holder]) -> tuple[Node, ...]:
    """All nodes with a VM that has GPUs, sorted by cluster and name; a GPU that comes in two ways is there once.
    ``silent``: of ``pods`` those of which no series speaks."""
    found: dict[Vm, dict[tuple[str, str, str], Gpu]] = {}
    for device, outcome in joins.joined.items():
        if outcome.vm is not None:
            gpu = device.gpu(outcome.path)
            found.setdefault(outcome.vm, {}).setdefault((gpu.uuid, gpu.instance, gpu.index), gpu)
    quiet = {(one.cluster, one.namespace, one.machine or one.pod) for one in silent}
    sending = {vm.key for vm in found}
    for holder in pods.holders:
        if (holder.cluster, holder.namespace, holder.machine) not in sending:
            found.setdefault(Vm(holder.namespace, holder.machine or holder.pod, holder.node, holder.cluster), {})
    by_node: dict[tuple[str, str], list[Machine]] = {}
    for vm in sorted(found):
        gpus = tuple(gpu for _, gpu in sorted(found[vm].items()))
        by_node.setdefault((vm.cluster, vm.node), []).append(
            Machine(vm.namespace, vm.name, gpus, silent=vm.key in quiet)
        )
    return tuple(Node(name, tuple(machines), cluster) for (cluster, name), machines in sorted(by_node.items()))
