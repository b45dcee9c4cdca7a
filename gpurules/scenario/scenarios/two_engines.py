"""Guests run two DCGM engines, each with a GPU that it calls index 0, or a MIG instance; one is of no known VM."""

from dataclasses import replace

from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, exporter, gpu, machine, mig_gpu
from gpurules.scenario.model import Gpu, VirtualMachine, World, labels_of
from gpurules.scenario.quantities import MIG_FIELDS

SOURCE = "an engine in a container sees the GPUs and instances that the container was given, and counts them from 0"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    unknown = divided("strange", boards(72), "worker-3")
    renamed = divided("renamed", boards(99), "worker-9")
    assert renamed.second is not None
    machines = (
        SINGLE,
        divided("halves", boards(70), "worker-2"),
        replace(unknown, stays=(replace(unknown.stays[0], listed=False),)),
        divided("thirds", boards(91), "worker-4"),
        sliced("slices", 93, "worker-5"),
        replace(divided("beside", boards(95), "worker-6"), besides=("pod-network",)),
        sliced("more-slices", 97, "worker-7"),
        NAMESAKE,
        replace(renamed, second=replace(renamed.second, exposed=labels_of({"name": "nobody"}))),
    )
    return World("two_engines", cluster(*machines, absent_value=absent_value), (360,))


def boards(step: int) -> tuple[Gpu, Gpu]:
    """Two GPUs of two models, both called index 0."""
    return gpu(step), replace(gpu(step + 1), model="NVIDIA A100 80GB PCIe")


def divided(name: str, gpus: tuple[Gpu, Gpu], node: str) -> VirtualMachine:
    """A VM with an engine and an exporter for each of its GPUs."""
    first, second = (replace(exporter(), sees=(one.uuid,)) for one in gpus)
    whole = machine("tenants", name, node, gpus, address=f"10.13{node[-1]}.1.70", guest=first)
    return replace(whole, second=second)


def sliced(name: str, step: int, node: str) -> VirtualMachine:
    """A VM with an engine and an exporter for each MIG instance of its GPU."""
    board = mig_gpu(step)
    first, second = (replace(exporter(MIG_FIELDS), sees=(f"{board.uuid}/{one.id}",)) for one in board.instances)
    whole = machine("tenants", name, node, (board,), address=f"10.13{node[-1]}.1.70", guest=first)
    return replace(whole, second=second)
