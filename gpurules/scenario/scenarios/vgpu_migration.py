"""VMs with a vGPU migrate: one guest keeps the UUID that it sees, the other sees another one on the new board."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, SETTLING, change_machine, migrate, unsettled
from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, host_exporter, machine
from gpurules.scenario.model import Transition, Workload, World
from gpurules.scenario.quantities import VGPU_FIELDS

SOURCE = "VEP 109: only a VM with one vGPU migrates, and its mdev UUID changes; which UUID the guest sees is not said"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    guest = exporter(VGPU_FIELDS)
    guests = (
        machine("tenants", "slice-a", "worker-2", (gpu(31),), address="10.129.1.31", guest=guest),
        machine("tenants", "slice-b", "worker-2", (gpu(32),), address="10.129.1.32", guest=guest),
    )
    hosts = (
        host_exporter("worker-2", (Workload("", "", "", gpu(30)),), "10.132.0.4"),
        host_exporter("worker-3", (Workload("", "", "", gpu(34)),), "10.133.0.4"),
    )
    beside = replace(cluster(SINGLE, *guests, absent_value=absent_value), host_exporters=hosts)
    world = World("vgpu_migration", beside, (390, 420, 450, 480, 780))
    world = migrate(world, "tenants", "slice-a", 420, "worker-3", "10.130.1.31")
    world = migrate(world, "tenants", "slice-b", 420, "worker-3", "10.130.1.32")
    world = change_machine(world, "tenants", "slice-b", lambda vm: replace(vm, later=((420, (gpu(33),)),)))
    # Where the target is not the launcher pod, the old board's UUID is seen until the old target is marked stale.
    return unsettled(world, Transition(420, values=420 + SETTLING, rates=420 + RATE_WINDOW + 30))
