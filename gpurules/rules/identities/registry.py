"""All identities, by name: one module each."""

from __future__ import annotations

from gpurules.rules.identities import address, launcher_pod, node, pod_owner, vm_name
from gpurules.rules.identities.identity import Identity

IDENTITIES: dict[str, Identity] = {
    "launcher-pod": launcher_pod.IDENTITY,
    "pod-owner": pod_owner.IDENTITY,
    "vm-name": vm_name.IDENTITY,
    "address": address.IDENTITY,
    "node": node.IDENTITY,
}
