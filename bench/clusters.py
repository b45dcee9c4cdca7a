"""Clusters of a given size as blocks of a Prometheus, made from the project's own scenario."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from gpurules.scenario.fleet import CONTROLLERS, gpu, launcher, machine
from gpurules.scenario.model import Cluster, Stay, VirtualMachine
from gpurules.scenario.openmetrics import steady_backfill

GPUS_PER_VM = 4
VMS_PER_NODE = 20
VMS_PER_NAMESPACE = 25
SCRAPE_SECONDS = 30
HISTORY_SECONDS = 300


def build(machines: int, gpus: int, promtool: Path, folder: Path) -> frozenset[str]:
    """Write blocks of a cluster with so many VMs and GPUs into ``folder``, the last scrape being now.

    Returns the names of the metrics. Raises CalledProcessError where promtool fails.
    """
    folder.mkdir(parents=True)
    text = folder.with_suffix(".txt")
    names = set()
    now = int(time.time())
    with text.open("w", encoding="utf-8") as file:
        start = now - HISTORY_SECONDS
        for line in steady_backfill(cluster(machines, gpus), False, start, HISTORY_SECONDS, SCRAPE_SECONDS):
            file.write(line)
            if line.startswith("# TYPE "):
                names.add(line.split()[2])
    command = [str(promtool), "tsdb", "create-blocks-from", "openmetrics", str(text), str(folder)]
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    text.unlink()
    return frozenset(names)


def cluster(machines: int, gpus: int) -> Cluster:
    """So many running VMs, the first of them with four GPUs each."""
    nodes = tuple(f"worker-{number}" for number in range(-(-machines // VMS_PER_NODE)))
    return Cluster(nodes, tuple(_machine(number, gpus, nodes) for number in range(machines)), CONTROLLERS)


def _machine(number: int, gpus: int, nodes: tuple[str, ...]) -> VirtualMachine:
    namespace = f"tenant-{number // VMS_PER_NAMESPACE}"
    name = f"vm-{number}"
    node = nodes[number // VMS_PER_NODE]
    address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
    first = number * GPUS_PER_VM
    devices = tuple(gpu(step, step - first) for step in range(first, min(first + GPUS_PER_VM, gpus)))
    if not devices:
        return VirtualMachine(namespace, name, (Stay(launcher(name), node, address),))
    return machine(namespace, name, node, devices, address=address)
