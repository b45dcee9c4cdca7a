"""What an object of the Kubernetes API says of a virtual machine instance, for a probe.

Field names: KubeVirt, staging/src/kubevirt.io/api/core/v1/types.go. Tenants write large parts of such an object.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpurules.probe.observation import Medium, Observation, Sign, Step
from gpurules.probe.target import Vmi

NVIDIA = "nvidia.com/"
OTHER_VENDORS = ("amd.com/", "intel.com/", "gpu.intel.com/", "habana.ai/")
"""How the resource names of device plugins begin that are certainly not NVIDIA's."""

RUNNING = "Running"
FINAL_PHASES = ("Succeeded", "Failed")
LARGEST_CID = 2**32 - 2


@dataclass(frozen=True, slots=True)
class Described:
    """A VMI and where it runs. ``obstacle`` is what stands in the way of a probe, or None.

    ``pods`` are the UIDs of its launcher pods on ``vmi.node``. ``over``: it has ended for good.
    """

    vmi: Vmi
    pods: tuple[str, ...]
    obstacle: Observation | None
    over: bool

    @property
    def name(self) -> str:
        """``namespace/name``."""
        return f"{self.vmi.namespace}/{self.vmi.name}"


def described(item: Mapping[str, Any]) -> Described:
    """What ``item``, an object of the kind VirtualMachineInstance, says."""
    metadata, spec, status = (_map(item, key) for key in ("metadata", "spec", "status"))
    devices = _map(_map(spec, "domain"), "devices")
    node, cid = _text(status, "nodeName"), status.get("VSOCKCID")
    vmi = Vmi(
        namespace=_text(metadata, "namespace"),
        name=_text(metadata, "name"),
        node=node,
        cid=cid if isinstance(cid, int) and 2 < cid <= LARGEST_CID else None,
        gpus=_gpus(devices),
        running_since=_running_since(status),
    )
    pods = tuple(uid for uid, where in _map(status, "activePods").items() if where == node and isinstance(uid, str))
    phase = _text(status, "phase")
    return Described(vmi, pods, _obstacle(metadata, devices, status, phase, vmi), phase in FINAL_PHASES)


def _obstacle(
    metadata: Mapping[str, Any], devices: Mapping[str, Any], status: Mapping[str, Any], phase: str, vmi: Vmi
) -> Observation | None:
    names = _resource_names(devices)
    others = [name for name in names if name.startswith(OTHER_VENDORS)]
    if not names and vmi.gpus == 0:
        return _seen(Sign.NO_GPU_REQUESTED)
    if others and len(others) == len(names):
        return _seen(Sign.OTHER_VENDOR, ", ".join(sorted(set(others))[:4]))
    if _windows(metadata, status):
        return _seen(Sign.WINDOWS_GUEST)
    if phase != RUNNING:
        return _seen(Sign.VMI_NOT_RUNNING, phase or "no phase yet")
    if _paused(status):
        return _seen(Sign.VMI_NOT_RUNNING, "paused")
    if devices.get("autoattachVSOCK") is not True:
        return _seen(Sign.VSOCK_NOT_ATTACHED, "autoattachVSOCK is not true")
    if vmi.cid is None:
        return _seen(Sign.VSOCK_NOT_ATTACHED, "status.VSOCKCID is missing")
    return None


def _seen(sign: Sign, detail: str = "") -> Observation:
    return Observation(Step.FIND, Medium.API, sign=sign, detail=detail)


def _gpus(devices: Mapping[str, Any]) -> int | None:
    """The NVIDIA GPUs that are asked for; None where what is asked for does not tell."""
    gpus = _list(devices, "gpus")
    names = [_text(gpu, "deviceName") for gpu in gpus]
    hosts = [_text(device, "deviceName") for device in _list(devices, "hostDevices")]
    # A host device of NVIDIA's may be a GPU, and a switch or a sound card as well; one without a name is a claim.
    if any(not name.startswith(OTHER_VENDORS) for name in hosts if not name or name.startswith(NVIDIA)):
        return None
    if any(not name.startswith((NVIDIA, *OTHER_VENDORS)) for name in names):
        return None
    return sum(name.startswith(NVIDIA) for name in names)


def _resource_names(devices: Mapping[str, Any]) -> list[str]:
    """Of the GPUs, and of the host devices that may be GPUs."""
    gpus = [_text(gpu, "deviceName") for gpu in _list(devices, "gpus")]
    hosts = [_text(device, "deviceName") for device in _list(devices, "hostDevices")]
    return [*gpus, *(name for name in hosts if name.startswith((NVIDIA, *OTHER_VENDORS)))]


def _windows(metadata: Mapping[str, Any], status: Mapping[str, Any]) -> bool:
    """As the guest agent says, else the preference or the template that the VM was made from."""
    guest = _map(status, "guestOSInfo")
    if _text(guest, "id"):
        return _text(guest, "id") == "mswindows"
    annotations = _map(metadata, "annotations")
    keys = ("kubevirt.io/cluster-preference-name", "kubevirt.io/preference-name", "vm.kubevirt.io/os")
    return any(_text(annotations, key).startswith("windows") for key in keys)


def _paused(status: Mapping[str, Any]) -> bool:
    return any(
        condition.get("type") == "Paused" and condition.get("status") == "True"
        for condition in _list(status, "conditions")
    )


def _running_since(status: Mapping[str, Any]) -> float | None:
    for transition in _list(status, "phaseTransitionTimestamps"):
        if transition.get("phase") == RUNNING:
            try:
                return datetime.datetime.fromisoformat(_text(transition, "phaseTransitionTimestamp")).timestamp()
            except (ValueError, OverflowError):
                return None
    return None


def _map(item: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = item.get(key)
    return found if isinstance(found, dict) else {}


def _list(item: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = item.get(key)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _text(item: Mapping[str, Any], key: str) -> str:
    found = item.get(key)
    return found if isinstance(found, str) else ""
