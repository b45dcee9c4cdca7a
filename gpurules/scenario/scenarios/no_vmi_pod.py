"""Two running VMs of one namespace for which KubeVirt names no launcher pod, in the spelling of the release."""

from dataclasses import replace

from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, gpu, machine
from gpurules.scenario.model import VirtualMachine, World

SOURCE = 'v1.5 writes vmi_pod="<none>", later releases leave the label out'


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    first = machine("research", "podless-a", "worker-1", (gpu(7),), address="10.128.1.7")
    second = machine("research", "podless-b", "worker-2", (gpu(8),), address="10.129.1.8")
    silent = replace(machine("research", "podless-c", "worker-2", (), address="10.129.1.9"), exporter=None)
    podless = tuple(map(without_pod, (first, second, silent)))
    return World("no_vmi_pod", cluster(SINGLE, NAMESAKE, *podless, absent_value=absent_value), (360,))


def without_pod(machine: VirtualMachine) -> VirtualMachine:
    """The VM as KubeVirt lists it without its pod."""
    return replace(machine, stays=tuple(replace(stay, pod_known=False) for stay in machine.stays))
