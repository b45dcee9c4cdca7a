"""Whether KubeVirt's feature gate VSOCK is off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gpurules.cluster.client import Client

GATE = "VSOCK"
ON_BY_DEFAULT_FROM = (1, 10)
"""The gate is Alpha, hence off unless listed, up to v1.9 (KubeVirt, pkg/virt-config/featuregate/active.go; VEP 222)."""

KUBEVIRTS = "/apis/kubevirt.io/v1/kubevirts"


async def gate_is_off(client: Client) -> bool:
    """Whether it is certainly off; False too where this may not be read."""
    from gpurules.cluster.fault import ClusterFault

    try:
        found = [off_in(item) async for item in client.items(KUBEVIRTS)]
    except ClusterFault:
        return False
    return bool(found) and all(found)


def off_in(kubevirt: Mapping[str, Any]) -> bool:
    """Whether the gate is off in an object of the kind KubeVirt."""
    developer = _at(kubevirt, "spec", "configuration", "developerConfiguration")
    if _lists(developer, "disabledFeatureGates"):
        return True
    if _lists(developer, "featureGates"):
        return False
    version = re.match(r"v(\d+)\.(\d+)", str(_at(kubevirt, "status").get("observedKubeVirtVersion")))
    return version is not None and (int(version[1]), int(version[2])) < ON_BY_DEFAULT_FROM


def _lists(developer: Mapping[str, Any], key: str) -> bool:
    gates = developer.get(key)
    return isinstance(gates, list) and GATE in gates


def _at(item: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for key in path:
        found = item.get(key)
        item = found if isinstance(found, dict) else {}
    return item
