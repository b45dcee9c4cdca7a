"""Launcher pods send GPU series, but KubeVirt knows no running VM for some of them, two of one name."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, gpu, machine
from gpurules.scenario.model import VirtualMachine, World

SOURCE = "virt-controller's pod cache may lag, and a guest may outlive what KubeVirt says of it"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    namesakes = (
        machine("tenants", "lost", "worker-3", (gpu(124),), address="10.130.1.24"),
        machine("finance", "lost", "worker-3", (gpu(125),), address="10.130.1.25"),
    )
    machines = (unlisted(SINGLE), DOUBLE, NAMESAKE, *map(unlisted, namesakes))
    return World("no_vm", cluster(*machines, absent_value=absent_value), (360,))


def unlisted(machine: VirtualMachine) -> VirtualMachine:
    """The VM, of which KubeVirt says nothing."""
    return replace(machine, stays=(replace(machine.stays[0], listed=False),))
