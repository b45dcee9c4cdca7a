"""Another cluster for the same story: other names, GPUs, values and moments, drawn from a seed.

What a story is about stays: which names are equal, which begin alike and how long they are, what is zero, what follows
what. Numbers stay exact in binary. Draws come from SHA-256, so that a seed means the same in every version of Python.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from string import ascii_lowercase

from gpurules.scenario.changed import with_clusters, with_exporters, with_gpus
from gpurules.scenario.model import Cluster, Exporter, Gpu, Labels, Reading, Stay, VirtualMachine, World, labels_of
from gpurules.scenario.moments import later
from gpurules.scenario.quantities import BY_NAME

MODELS = ("NVIDIA H100 PCIe", "NVIDIA A10", "NVIDIA L40S")
MOST_MORE_GPUS = 2
MOST_STEPS_LATER = 4
STEP = 30
"""Seconds."""
_PREFIX = "virt-launcher-"
_NAMING = frozenset({"namespace", "pod", "name", "node", "vmi_pod", "exported_namespace", "exported_pod"})
"""Labels of a guest's own that name something of the cluster."""


def seeded(world: World, seed: int) -> World:
    """The story in the cluster of ``seed``; 0 is the one in which it was written."""
    if not seed:
        return world
    rename = _renaming(seed)

    def change(cluster: Cluster) -> Cluster:
        renamed = with_names(cluster, rename)
        more = replace(renamed, machines=tuple(_with_more_gpus(machine, seed) for machine in renamed.machines))
        return with_values(with_gpus(more, lambda gpu: _another(gpu, seed)), seed)

    return later(with_clusters(world, change), STEP * drawn(MOST_STEPS_LATER + 1, seed, "moments"))


def elsewhere(cluster: Cluster, seed: int) -> Cluster:
    """A cluster with the same VMs, pods and GPUs, on other nodes and with other numbers."""
    rename = _renaming(seed)
    moved = replace(
        cluster,
        nodes=tuple(map(rename, cluster.nodes)),
        machines=tuple(
            replace(machine, stays=tuple(replace(stay, node=rename(stay.node)) for stay in machine.stays))
            for machine in cluster.machines
        ),
        host_exporters=tuple(replace(host, node=rename(host.node)) for host in cluster.host_exporters),
    )
    return with_values(moved, seed)


def drawn(count: int, *what: object) -> int:
    """A number from 0 to ``count`` - 1, the same for the same words."""
    digest = sha256("\0".join(map(str, what)).encode()).digest()
    return int.from_bytes(digest[:8], "big") % count


def _renaming(seed: int) -> Callable[[str], str]:
    """Every letter becomes another one; what tells a launcher pod stays."""
    letters = sorted(ascii_lowercase, key=lambda letter: sha256(f"{seed}{letter}".encode()).digest())
    table = str.maketrans(ascii_lowercase, "".join(letters))

    def rename(text: str) -> str:
        kept = _PREFIX if text.startswith(_PREFIX) else ""
        return kept + text[len(kept) :].translate(table)

    return rename


def with_names(cluster: Cluster, rename: Callable[[str], str]) -> Cluster:
    """The cluster with every namespace, VM, pod and node renamed, in what guests claim as well."""

    def labels(of: Labels) -> Labels:
        return labels_of({name: rename(value) if name in _NAMING else value for name, value in of})

    def exporter(one: Exporter) -> Exporter:
        return replace(one, exposed=labels(one.exposed), forged=tuple(map(labels, one.forged)))

    def stay(one: Stay) -> Stay:
        return replace(one, pod=rename(one.pod), node=rename(one.node))

    def machine(one: VirtualMachine) -> VirtualMachine:
        stays = tuple(map(stay, one.stays))
        return replace(one, namespace=rename(one.namespace), name=rename(one.name), stays=stays)

    hosts = tuple(
        replace(
            host,
            node=rename(host.node),
            workloads=tuple(
                replace(load, namespace=rename(load.namespace), pod=rename(load.pod)) for load in host.workloads
            ),
        )
        for host in cluster.host_exporters
    )
    named = replace(
        cluster,
        nodes=tuple(map(rename, cluster.nodes)),
        machines=tuple(map(machine, cluster.machines)),
        host_exporters=hosts,
    )
    return with_exporters(named, exporter)


def with_values(cluster: Cluster, seed: int) -> Cluster:
    """The cluster with other numbers: up to half less of each, in sixteenths."""

    def reading(name: str, uuid: str, one: Reading) -> Reading:
        quantity = BY_NAME.get(name)
        if quantity is None or quantity.coded:
            return one
        part = 16 - drawn(9, seed, "value", uuid, name)
        value = one.value * part / 16
        if quantity.factor.denominator == 1 and one.value >= 16 and one.value == int(one.value):
            value = float(int(value))
        return replace(one, value=value, per_second=one.per_second * part / 16)

    def gpu(one: Gpu) -> Gpu:
        return replace(
            one,
            readings={name: reading(name, one.uuid, found) for name, found in one.readings.items()},
            instances=tuple(
                replace(
                    instance,
                    readings={
                        name: reading(name, f"{one.uuid}/{instance.id}", found)
                        for name, found in instance.readings.items()
                    },
                )
                for instance in one.instances
            ),
        )

    return with_gpus(cluster, gpu)


def _with_more_gpus(machine: VirtualMachine, seed: int) -> VirtualMachine:
    """The VM with up to two more GPUs, where it has whole ones and keeps them."""
    if not machine.gpus or machine.later or any(gpu.instances for gpu in machine.gpus):
        return machine
    last, count = machine.gpus[-1], len(machine.gpus)
    more = tuple(
        replace(
            last,
            uuid=f"{last.uuid}/{machine.namespace}/{machine.name}/{index}",
            index=str(index),
            pci_bus_id=f"00000000:{9 + index:02X}:00.0",
        )
        for index in range(count, count + drawn(MOST_MORE_GPUS + 1, seed, machine.namespace, machine.name))
    )
    return replace(machine, gpus=(*machine.gpus, *more))


def _another(gpu: Gpu, seed: int) -> Gpu:
    """The GPU with a UUID and model of its own."""
    digits = sha256(f"{seed}{gpu.uuid}".encode()).hexdigest()
    uuid = f"GPU-{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-8{digits[15:18]}-{digits[18:30]}"
    return replace(gpu, uuid=uuid, model=MODELS[drawn(len(MODELS), seed, "model", gpu.uuid)])
