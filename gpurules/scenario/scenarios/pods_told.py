"""kube-state-metrics is replaced, and tells of silent VMs, of evicted, completed and shared pods, and of odd owners."""

from dataclasses import replace

from gpurules.scenario.events import end, unsettled
from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.kube_state import VM_KIND
from gpurules.scenario.model import ContainerPod, Controller, Period, Transition, VirtualMachine, World

SOURCE = "both pods of kube-state-metrics are seen until the old one's series are stale; it lists pods in every phase"

KUBE_STATE = True
"""It says something to rules that read kube-state-metrics only."""


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    quiet = silent(machine("research", "quiet", "worker-3", (gpu(76), gpu(77, index=1)), address="10.130.1.76"))
    leaves = end(silent(machine("research", "leaves", "worker-4", (gpu(78),), address="10.131.1.78")), 420)
    namesake = silent(machine("tenants", "train", "worker-9", (gpu(103),), address="10.136.1.103"))
    evicted = silent(machine("research", "evicted", "worker-1", (gpu(79),), address="10.128.1.79"))
    beside = machine("research", "beside", "worker-5", (gpu(80),), address="10.132.1.80")
    cache = machine("research", "cache", "worker-6", (gpu(81), gpu(104, index=1)), address="10.133.1.81")
    train = machine("batch", "train", "worker-10", (gpu(105),), address="10.137.1.105")
    machines = (
        replace(SINGLE, co_owned_by=((VM_KIND, "backup"),)),
        replace(NAMESAKE, co_owned_by=((VM_KIND, "backup"), ("Backup", "nightly"))),
        quiet,
        silent(machine("finance", "quiet", "worker-7", (gpu(86),), address="10.134.1.86")),
        replace(leaves, co_owned_by=((VM_KIND, "backup"),)),
        namesake,
        replace(evicted, stays=(replace(evicted.stays[0], listed=False, phase="Failed"),)),
        beside,
        of_deployment(replace(cache, second=exporter())),
        of_deployment(train),
    )
    told = replace(
        cluster(*machines, absent_value=absent_value),
        container_pods=(ContainerPod("batch", "trainer-0", "worker-5"), ContainerPod("batch", "trainer-1", "worker-8")),
        watchers=(
            Controller("kube-state-metrics-5c4d-eeeee", "10.128.0.3", deployed=(Period(0, 420),)),
            Controller("kube-state-metrics-5c4d-fffff", "10.129.0.3", deployed=(Period(420),)),
        ),
    )
    return unsettled(World("pods_told", told, (390, 420, 480, 540)), Transition(420))


def silent(vm: VirtualMachine) -> VirtualMachine:
    """The VM without an exporter."""
    return replace(vm, exporter=None)


def of_deployment(vm: VirtualMachine) -> VirtualMachine:
    """No VM, but a Deployment's pod that is called as a launcher is; its GPU comes by a resource claim."""
    stays = tuple(replace(stay, listed=False) for stay in vm.stays)
    return replace(vm, stays=stays, controlled_by=("ReplicaSet", f"virt-launcher-{vm.name}-5d7f"), plugged=False)
