"""Two guests run two DCGM engines, each with one GPU that it calls index 0; KubeVirt knows no running VM for one."""

from dataclasses import replace

from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.model import VirtualMachine, World

SOURCE = "an engine in a container sees the GPUs that the container was given, and counts them from 0"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    known = divided("halves", 70, "worker-2")
    unknown = divided("strange", 72, "worker-3")
    unlisted = replace(unknown, stays=(replace(unknown.stays[0], listed=False),))
    return World("two_engines", cluster(SINGLE, known, unlisted, absent_value=absent_value), (360,))


def divided(name: str, step: int, node: str) -> VirtualMachine:
    """A VM with two GPUs of two models, and an engine with an exporter for each."""
    gpus = gpu(step), replace(gpu(step + 1), model="NVIDIA A100 80GB PCIe")
    first, second = (replace(exporter(), sees=(one.uuid,)) for one in gpus)
    whole = machine("tenants", name, node, gpus, address=f"10.13{node[-1]}.1.{step}", guest=first)
    return replace(whole, second=second)
