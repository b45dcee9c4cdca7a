"""Clusters of a given size as blocks of a Prometheus, made from the project's own scenario."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from gpurules.scenario.fleet import CONTROLLERS, gpu, launcher, machine
from gpurules.scenario.model import Cluster, Stay, VirtualMachine, World
from gpurules.scenario.openmetrics import steady_backfill
from gpurules.scenario.told import told

GPUS_PER_VM = 4
VMS_PER_NODE = 20
VMS_PER_NAMESPACE = 25
SCRAPE_SECONDS = 30
HISTORY_SECONDS = 300


def build(
    machines: int,
    gpus: int,
    promtool: Path,
    folder: Path,
    way: str = "pod-network",
    kube_state: bool = False,
    vms_per_node: int = VMS_PER_NODE,
) -> frozenset[str]:
    """Write blocks of a cluster with so many VMs and GPUs into ``folder``, the last scrape being now.

    ``way``: how the guests' series are collected, a name in ``gpurules.scenario.target.WAYS``; ``kube_state``:
    kube-state-metrics is scraped as well.

    Returns the names of the metrics. Raises CalledProcessError where promtool fails.
    """
    folder.mkdir(parents=True)
    text = folder.with_suffix(".txt")
    names = set()
    now = int(time.time())
    with text.open("w", encoding="utf-8") as file:
        start = now - HISTORY_SECONDS
        story = told(
            World("bench", cluster(machines, gpus, vms_per_node), (0,)), ((way,),), kube_state=kube_state
        ).cluster
        for line in steady_backfill(story, False, start, HISTORY_SECONDS, SCRAPE_SECONDS):
            file.write(line)
            if line.startswith("# TYPE "):
                names.add(line.split()[2])
    command = [str(promtool), "tsdb", "create-blocks-from", "openmetrics", str(text), str(folder)]
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    text.unlink()
    return frozenset(names)


def cluster(machines: int, gpus: int, vms_per_node: int = VMS_PER_NODE) -> Cluster:
    """So many running VMs, the first of them with four GPUs each."""
    nodes = tuple(f"worker-{number}" for number in range(-(-machines // vms_per_node)))
    return Cluster(
        nodes, tuple(_machine(number, gpus, nodes[number // vms_per_node]) for number in range(machines)), CONTROLLERS
    )


def _machine(number: int, gpus: int, node: str) -> VirtualMachine:
    namespace = f"tenant-{number // VMS_PER_NAMESPACE}"
    name = f"vm-{number}"
    address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
    first = number * GPUS_PER_VM
    devices = tuple(gpu(step, step - first) for step in range(first, min(first + GPUS_PER_VM, gpus)))
    if not devices:
        return VirtualMachine(namespace, name, (Stay(launcher(name), node, address),))
    return machine(namespace, name, node, devices, address=address)
