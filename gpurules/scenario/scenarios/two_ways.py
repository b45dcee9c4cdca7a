"""GPUs of one VM, or of one UUID, come in two ways: scraped in the launcher pod, and by an exporter for the VM."""

from dataclasses import replace

from gpurules.scenario.fleet import cluster, exporter, gpu, host_exporter, machine, mig_gpu
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
    part = machine("tenants", "part", NODE, (half,), address="10.136.5.4", guest=exporter(MIG_FIELDS))
    claims = exporter(exposed=labels_of({"name": "same"}))
    machines = (
        machine("others", "same", NODE, (gpu(200),), address="10.136.5.1"),
        named(machine("tenants", "same", NODE, (gpu(200),), address="10.136.5.2")),
        replace(
            machine("tenants", "intruder", NODE, (gpu(201),), address="10.136.5.3", guest=claims), besides=BOTH[:1]
        ),
        replace(divided("both", (gpu(202), gpu(203)), NODE), besides=BOTH),
        replace(sliced("slices-of-both", 204, NODE), besides=BOTH),
        named(part),
    )
    container = Workload("batch", "part-0", "main", rest)
    host = host_exporter(NODE, (container,), "10.137.0.4")
    return World("two_ways", replace(cluster(*machines, absent_value=absent_value), host_exporters=(host,)), (360,))


def named(vm: VirtualMachine) -> VirtualMachine:
    """The VM with an exporter of its own beside."""
    return replace(vm, besides=BOTH[1:])
