"""GPUs of one VM, or of one UUID, come in two ways: scraped in the launcher pod, and by an exporter for the VM."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, exporter, gpu, host_exporter, machine, mig_gpu
from gpurules.scenario.model import VirtualMachine, Workload, World, labels_of
from gpurules.scenario.quantities import MIG_FIELDS
from gpurules.scenario.scenarios.two_engines import divided, sliced

SOURCE = "a guest may be scraped while its host reads DCGM over VSOCK; either may see a part of the GPUs"

BOTH = ("pod-network", "vsock-exporter")
NODE = "worker-7"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    board = mig_gpu(205)
    half, rest = (replace(board, instances=(one,)) for one in board.instances)
    claims = exporter(exposed=labels_of({"name": "same"}))
    strange = named(vm("strange", "same", 207))
    # Where the VMs are collected in turns, each is in a place whose ways do no harm to what it is for.
    machines = (
        vm("others", "same", 200),
        replace(vm("tenants", "intruder", 203), exporter=claims, besides=BOTH[:1]),
        named(vm("tenants", "same", 200)),
        replace(divided("both", (gpu(208), gpu(209)), NODE), besides=BOTH),
        replace(sliced("slices-of-both", 206, NODE), besides=BOTH),
        replace(vm("tenants", "whole", 204), gpus=(mig_gpu(204),), exporter=exporter(MIG_FIELDS)),
        named(replace(vm("tenants", "part", 205), gpus=(half,), exporter=exporter(MIG_FIELDS))),
        named(vm("third", "same", 200)),
        replace(strange, stays=(replace(strange.stays[0], listed=False),)),
        SINGLE,
        DOUBLE,
        NAMESAKE,
        divided("halves", (gpu(201), gpu(202)), NODE),
    )
    container = Workload("batch", "part-0", "main", rest)
    host = host_exporter(NODE, (container,), "10.137.0.4")
    return World("two_ways", replace(cluster(*machines, absent_value=absent_value), host_exporters=(host,)), (360,))


def vm(namespace: str, name: str, step: int) -> VirtualMachine:
    """A VM with GPU ``step``."""
    return machine(namespace, name, NODE, (gpu(step),), address=f"10.136.5.{len(namespace) + step}")


def named(vm: VirtualMachine) -> VirtualMachine:
    """The VM with an exporter of its own beside."""
    return replace(vm, besides=BOTH[1:])
