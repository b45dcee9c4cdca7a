"""Why a key joins no VM, in words: a pure function of what KubeVirt and kube-state-metrics tell."""

from __future__ import annotations

from gpurules.doctor.outcome import Key, PathSource
from gpurules.doctor.questions.devices import Device
from gpurules.doctor.questions.holders import Holders
from gpurules.doctor.questions.machines import ADDRESSES, Machines, own_rows
from gpurules.rules.identities.vms import INFO_METRIC, NO_POD, VMI_POD
from gpurules.rules.identity import identity_of
from gpurules.rules.label_names import NAME, NAMESPACE
from gpurules.rules.request import Request


def explain(one: PathSource, device: Device, key: Key, machines: Machines, holders: Holders, request: Request) -> str:
    """The first thing that is wrong, from what its cluster tells; ``request`` has the selectors that are in effect."""
    identity = identity_of(one.source)
    if not machines.rows and request.cluster:
        (label,) = request.cluster
        where = f"with {label}={device.cluster}" if device.cluster else f"without the label {label}, like these series"
        return f"there is no {INFO_METRIC} {where}"
    if not machines.rows:
        return f"there is no {INFO_METRIC} here"
    if not own_rows(machines, request) and not request.observer:
        return f"no {INFO_METRIC} is believed"
    if not one.served:
        return UNSERVED[identity.name]
    reasons = {
        "launcher-pod": _launcher,
        "pod-owner": _owner,
        "vm-name": _named,
        "address": _address,
        "node": _node,
    }
    return reasons[identity.name](key, machines, holders)


UNSERVED = {
    "launcher-pod": f"{INFO_METRIC} names no launcher pod in {VMI_POD} (KubeVirt before v1.5), and kube-state-metrics, "
    "which could, is not here",
    "pod-owner": "kube-state-metrics is not here",
    "vm-name": f"there is no {INFO_METRIC} here",
    "address": f"{ADDRESSES}, which tells the addresses of VMs (KubeVirt v1.4 and newer), is not here",
    "node": "kube-state-metrics, which tells the GPUs of pods, is not here",
}
"""What is missing where an identity cannot be known."""


def _launcher(key: Key, machines: Machines, holders: Holders) -> str:
    namespace, pod = key
    for row in machines.rows:
        if row.get(NAMESPACE) == namespace and row.get(VMI_POD) == pod:
            return f"its VM is not running but in phase {row.get('phase', '')}"
    if holders.owners.get(("", namespace, pod)):
        return f"the launcher pod runs, but no {INFO_METRIC} names it in {VMI_POD}"
    nameless = [
        row for row in machines.rows if row.get(NAMESPACE) == namespace and row.get(VMI_POD, "") in ("", NO_POD)
    ]
    if any(pod.startswith(f"virt-launcher-{row.get(NAME, '')}-"[:58]) for row in nameless):
        return f"{INFO_METRIC} of its VM names no launcher pod"
    return f"no running VM has this launcher pod in {VMI_POD} of {INFO_METRIC}"


def _owner(key: Key, machines: Machines, holders: Holders) -> str:
    return "no running launcher pod of this name has a VM as its owner (kube_pod_owner, kube_pod_status_phase)"


def _named(key: Key, machines: Machines, holders: Holders) -> str:
    namespace, name = key
    for row in machines.rows:
        if row.get(NAMESPACE) == namespace and row.get(NAME) == name:
            return f"that VM is not running but in phase {row.get('phase', '')}"
    elsewhere = sorted({row.get(NAMESPACE, "") for row in machines.rows if row.get(NAME) == name})
    if elsewhere:
        return f"there is no VM of this name in the namespace that the series names, but in {', '.join(elsewhere[:3])}"
    return "there is no VM of this namespace and name"


def _address(key: Key, machines: Machines, holders: Holders) -> str:
    return f"no running VM has this address in {ADDRESSES}"


def _node(key: Key, machines: Machines, holders: Holders) -> str:
    if not any(one.node == key[0] for one in holders.holders):
        return "no VM with a GPU runs on this node"
    return "several pods held a GPU on this node of late"
