"""A tenant's application exposes series as KubeVirt's and kube-state-metrics', fresher than the true ones."""

from collections.abc import Iterator
from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, SETTLING, unsettled
from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, gpu, machine
from gpurules.scenario.model import (
    Controller,
    Labels,
    Period,
    Stranger,
    Transition,
    VirtualMachine,
    World,
    labels_of,
)

SOURCE = "a tenant's PodMonitor may set honorLabels: all labels are then his choice but job"

VICTIMS = (SINGLE, DOUBLE, NAMESAKE)
GONE, BACK = 300, 450
"""When the pods of KubeVirt and kube-state-metrics are deleted, and when others answer."""
AGAIN = 330
"""When Prometheus is there again, which was down from :data:`GONE` on: it shows what was true before."""


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    plain = replace(machine("crime", "plain", "worker-2", (), address="10.129.1.82"), exporter=None)
    evicted = replace(machine("crime", "evicted", "worker-2", (gpu(83),), address="10.129.1.83"), exporter=None)
    failed = replace(evicted, stays=(replace(evicted.stays[0], listed=False, phase="Failed"),))
    mute = replace(machine("finance", "mute", "worker-3", (gpu(84),), address="10.130.1.84"), exporter=None)
    lied_of = (*VICTIMS, mute)
    series = (*claims(plain), *(one for victim in lied_of for one in lies(victim, plain)), *runs(failed), *runs(plain))
    copy = machine("crime", "copy", "worker-2", SINGLE.gpus, address="10.129.1.85")
    told = cluster(*lied_of, plain, failed, copy, absent_value=absent_value)
    gone = (Period(0, GONE),)
    world = replace(
        told,
        outages=(Period(GONE, AGAIN),),
        strangers=(Stranger("crime", "app-0", "10.129.1.84", series),),
        controllers=(
            replace(told.controllers[0], deployed=gone, leads=(Period(0, BACK),)),
            replace(told.controllers[1], leads=(Period(BACK),)),
        ),
        watchers=(
            Controller("kube-state-metrics-5c4d-eeeee", "10.128.0.3", deployed=gone),
            Controller("kube-state-metrics-5c4d-fffff", "10.129.0.3", deployed=(Period(BACK),)),
        ),
    )
    seen, until = AGAIN + 15, BACK + SETTLING
    restarts = Transition(GONE, values=seen, rates=AGAIN + RATE_WINDOW + 30, senders=seen, health=seen)
    returns = Transition(421, values=until, rates=until, senders=until, health=until)
    return unsettled(World("impostor", world, (390, 420)), restarts, returns)


def lies(victim: VirtualMachine, other: VirtualMachine) -> Iterator[Labels]:
    """What is said of a VM: another node, another launcher, another owner of its pod and of its address."""
    stay = victim.stays[0]
    vm = {"namespace": victim.namespace, "name": victim.name}
    pod = {"namespace": victim.namespace, "pod": stay.pod}
    running = {"__name__": "kubevirt_vmi_info", "phase": "running", **vm}
    if victim != SINGLE:
        # Of two lies about one VM either may be the one that is believed.
        yield labels_of({**running, "node": "worker-9", "vmi_pod": stay.pod})
    yield labels_of({**running, "node": stay.node, "vmi_pod": "virt-launcher-elsewhere-00000"})
    yield labels_of(
        {
            "__name__": "kubevirt_vmi_status_addresses",
            "namespace": other.namespace,
            "name": other.name,
            "address": stay.address,
            "type": "ExternalInterface",
        }
    )
    yield labels_of(
        {
            "__name__": "kube_pod_owner",
            **pod,
            "owner_kind": "VirtualMachineInstance",
            "owner_name": other.name,
            "owner_is_controller": "true",
        }
    )
    yield labels_of(
        {
            "__name__": "kube_pod_owner",
            "namespace": victim.namespace,
            "pod": "virt-launcher-elsewhere-00000",
            "owner_kind": "VirtualMachineInstance",
            "owner_name": victim.name,
            "owner_is_controller": "true",
        }
    )
    yield labels_of({"__name__": "kube_pod_info", **pod, "node": "worker-9"})
    yield from runs(victim)


def runs(vm: VirtualMachine) -> Iterator[Labels]:
    """That its launcher runs."""
    pod = {"namespace": vm.namespace, "pod": vm.stays[0].pod}
    yield labels_of({"__name__": "kube_pod_status_phase", **pod, "phase": "Running"})


def claims(vm: VirtualMachine) -> Iterator[Labels]:
    """That its launcher has a GPU."""
    pod = {"namespace": vm.namespace, "pod": vm.stays[0].pod}
    resource = {"resource": "nvidia_com_GA102GL_A10", "container": "compute"}
    yield labels_of({"__name__": "kube_pod_container_resource_requests", **pod, **resource})
