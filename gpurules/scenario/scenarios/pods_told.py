"""kube-state-metrics is replaced, and tells of silent VMs, of evicted, completed and shared pods, and of odd owners."""

from dataclasses import replace

from gpurules.scenario.events import end, unsettled
from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, gpu, machine
from gpurules.scenario.kube_state import VM_KIND
from gpurules.scenario.model import ContainerPod, Controller, Period, Transition, VirtualMachine, World

SOURCE = "both pods of kube-state-metrics are seen until the old one's series are stale; it lists pods in every phase"

KUBE_STATE = True
"""It says something to rules that read kube-state-metrics only."""


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    quiet = silent(machine("research", "quiet", "worker-3", (gpu(76), gpu(77, index=1)), address="10.130.1.76"))
    leaves = end(silent(machine("research", "leaves", "worker-4", (gpu(78),), address="10.131.1.78")), 420)
    evicted = silent(machine("research", "evicted", "worker-1", (gpu(79),), address="10.128.1.79"))
    beside = machine("research", "beside", "worker-5", (gpu(80),), address="10.132.1.80")
    cache = machine("batch", "cache", "worker-6", (gpu(81),), address="10.133.1.81")
    machines = (
        replace(SINGLE, co_owned_by=((VM_KIND, "backup"),)),
        replace(NAMESAKE, co_owned_by=(("Backup", "nightly"),)),
        quiet,
        silent(machine("finance", "quiet", "worker-7", (gpu(86),), address="10.134.1.86")),
        leaves,
        replace(evicted, stays=(replace(evicted.stays[0], listed=False, phase="Failed"),)),
        beside,
        # A Deployment's, which is called as a launcher is; its GPU comes by a resource claim.
        replace(
            cache,
            stays=(replace(cache.stays[0], listed=False),),
            controlled_by=("ReplicaSet", "virt-launcher-cache-5d7f"),
            plugged=False,
        ),
    )
    told = replace(
        cluster(*machines, absent_value=absent_value),
        container_pods=(ContainerPod("batch", "trainer-0", "worker-5"), ContainerPod("batch", "trainer-1", "worker-8")),
        watchers=(
            Controller("kube-state-metrics-5c4d-eeeee", "10.128.0.3", deployed=(Period(0, 420),)),
            Controller("kube-state-metrics-5c4d-fffff", "10.129.0.3", deployed=(Period(420),)),
        ),
    )
    return unsettled(World("pods_told", told, (390, 420, 480)), Transition(420))


def silent(vm: VirtualMachine) -> VirtualMachine:
    """The VM without an exporter."""
    return replace(vm, exporter=None)
