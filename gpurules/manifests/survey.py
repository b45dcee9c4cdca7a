"""What is on a cluster already, from its API objects, and which set-up it suggests; pure functions.

Tenants write most of a VirtualMachineInstance, so whatever is not of the form it should have is taken for absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from gpurules.manifests.settings import Machine

NVIDIA = "nvidia.com/"
OTHER_VENDORS = ("amd.com/", "intel.com/", "gpu.intel.com/", "habana.ai/")
"""How the resource names of device plugins begin that are certainly not NVIDIA's."""
EXPORTER_NAMES = ("dcgm-exporter", "nvidia-dcgm-exporter")
"""Values of the labels app and app.kubernetes.io/name: dcgm-exporter's chart, and the GPU operator."""
SCRAPING = ("Prometheus", "PrometheusAgent", "VMAgent")
"""Kinds of objects that scrape."""
FINAL = ("Succeeded", "Failed")
_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NAME = re.compile(r"(?=.{1,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True, slots=True)
class Guest:
    """A VM with GPUs: names of its ``devices``; whether VSOCK is attached, and whether it is on the pod network;
    ``nvidia``: whether any of the devices is NVIDIA's, as far as names tell; ``windows``. The machine's ``address`` is
    one off the pod network, where KubeVirt knows any."""

    machine: Machine
    devices: tuple[str, ...]
    vsock: bool
    pod_network: bool
    nvidia: bool
    windows: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """``exporters``: namespace/name of pods that run dcgm-exporter. ``scrapers``: names of the Prometheus objects and
    of what else scrapes; ``remarks`` on them. ``monitors``: whether the cluster knows PodMonitors. ``sidecars``: the
    version of MutatingAdmissionPolicy that is served, empty for none. ``unread``: what may not be read."""

    guests: tuple[Guest, ...]
    exporters: tuple[str, ...] = ()
    scrapers: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    monitors: bool = True
    sidecars: str = ""
    unread: tuple[str, ...] = ()

    @property
    def ours(self) -> tuple[Guest, ...]:
        """The guests that can be set up."""
        return tuple(guest for guest in self.guests if guest.nvidia and not guest.windows)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A path, and why."""

    path: str
    reason: str


def guests(vmis: Iterable[Any]) -> tuple[Guest, ...]:
    """The VMIs that have a GPU or may have one, and have not ended."""
    found = (_guest(vmi) for vmi in vmis)
    return tuple(sorted((guest for guest in found if guest is not None), key=lambda guest: guest.machine))


def exporters(pods: Iterable[Any]) -> tuple[str, ...]:
    """The pods that run dcgm-exporter, by the labels that its chart and the GPU operator give them."""
    found = []
    for pod in pods:
        labels = _map(pod, "metadata", "labels")
        if {labels.get("app"), labels.get("app.kubernetes.io/name")} & set(EXPORTER_NAMES):
            found.append(f"{_text(pod, 'metadata', 'namespace')}/{_text(pod, 'metadata', 'name')}")
    return tuple(sorted(found))


def propose(survey: Survey) -> Proposal | None:
    """The path for the guests that are there; None where there is none."""
    ours = survey.ours
    if not ours:
        return None
    attached = [guest for guest in ours if guest.vsock]
    if len(attached) == len(ours) and survey.sidecars:
        return Proposal("vsock-sidecar", "every VM has VSOCK, and the cluster has mutating admission policies")
    if len(attached) == len(ours):
        return Proposal("vsock-exporter", "every VM has VSOCK, and the cluster has no mutating admission policies")
    if all(guest.pod_network for guest in ours):
        return Proposal("pod-network", "every VM is on the pod network, and not every one has VSOCK")
    if survey.sidecars:
        return Proposal("vsock-sidecar", "not every VM is on the pod network; VSOCK is to be attached")
    return Proposal("vsock-exporter", "not every VM is on the pod network; VSOCK is to be attached")


def sentences(survey: Survey, proposal: Proposal | None) -> tuple[str, ...]:
    """What was found, and what follows from it, a sentence each."""
    said = [_counted(survey)]
    said += [
        f"{guest.machine} has {', '.join(guest.devices)}: not NVIDIA's, left alone"
        for guest in survey.guests
        if not guest.nvidia
    ]
    said += [
        f"{guest.machine} runs Windows: nothing is known to work there, left alone"
        for guest in survey.guests
        if guest.nvidia and guest.windows
    ]
    if survey.exporters:
        more = f" and {len(survey.exporters) - 3} more" if len(survey.exporters) > 3 else ""
        said.append(f"dcgm-exporter runs in {', '.join(survey.exporters[:3])}{more}: it sees no passed-through GPU")
    said += _scrapers(survey)
    if survey.unread:
        said.append(f"you may not list {', '.join(survey.unread)}")
    if proposal:
        said.append(f"proposed: --path {proposal.path}, since {proposal.reason}")
    return tuple(said)


def _scrapers(survey: Survey) -> Iterable[str]:
    if len(survey.scrapers) > 1:
        yield f"several that scrape: {', '.join(survey.scrapers)}; choose with --monitor-label"
    elif not survey.scrapers and not set(SCRAPING) & set(survey.unread):
        yield "no Prometheus object, nor a VMAgent: monitors need prometheus-operator or the VictoriaMetrics operator"
    if not survey.monitors:
        also = "; the VictoriaMetrics operator reads them too" if survey.scrapers else ""
        yield f"the cluster does not know PodMonitors: install the CRDs of prometheus-operator{also}"
    yield from survey.remarks


def _counted(survey: Survey) -> str:
    ours = survey.ours
    if not ours:
        return "no VM that could be set up has an NVIDIA GPU" if survey.guests else "no VM has a GPU"
    devices = sorted({device for guest in ours for device in guest.devices if device.startswith(NVIDIA)})
    attached = sum(guest.vsock for guest in ours)
    names = f" ({', '.join(devices)})" if devices else ""
    if len(ours) == 1:
        return f"1 VM has NVIDIA GPUs{names}, {'with' if attached else 'without'} VSOCK"
    return f"{len(ours)} VMs have NVIDIA GPUs{names}; {attached or 'none'} of them with VSOCK"


def _guest(vmi: Any) -> Guest | None:
    namespace, name = _text(vmi, "metadata", "namespace"), _text(vmi, "metadata", "name")
    if not _NAMESPACE.fullmatch(namespace) or not _NAME.fullmatch(name):
        return None
    if _text(vmi, "status", "phase") in FINAL:
        return None
    devices = _map(vmi, "spec", "domain", "devices")
    gpus = [_text(each, "deviceName") for each in _list(devices, "gpus")]
    hosts = [_text(each, "deviceName") for each in _list(devices, "hostDevices")]
    named = [*gpus, *(host for host in hosts if host.startswith((NVIDIA, *OTHER_VENDORS)))]
    if not named:
        return None
    # A GPU that is claimed (DRA) has no resource name, and may be NVIDIA's.
    nvidia = any(not device.startswith(OTHER_VENDORS) for device in named)
    shown = tuple(sorted({device or "a claimed device" for device in named}))
    vsock = isinstance(_at(vmi, "status", "VSOCKCID"), int)
    machine = Machine(namespace, name, _address(vmi))
    return Guest(machine, shown, vsock, _on_pod_network(vmi), nvidia, _windows(vmi))


def _pod_networks(vmi: Any) -> set[str]:
    networks = _list(_map(vmi, "spec"), "networks")
    return {_text(network, "name") for network in networks if isinstance(_at(network, "pod"), dict)}


def _address(vmi: Any) -> str:
    """The first address of an interface that is not on the pod network; empty where none can be reached."""
    off = _pod_networks(vmi) or {"default"}
    for interface in _list(_map(vmi, "status"), "interfaces"):
        if _text(interface, "name") in off:
            continue
        try:
            address = ip_address(_text(interface, "ipAddress"))
        except ValueError:
            continue
        if not (address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified):
            return str(address)
    return ""


def _on_pod_network(vmi: Any) -> bool:
    """Whether an interface of the VM is bridge or masquerade on the pod network, or, with none named, the default."""
    networks = _list(_map(vmi, "spec"), "networks")
    interfaces = _list(_map(vmi, "spec", "domain", "devices"), "interfaces")
    if not networks and not interfaces:
        return _at(vmi, "spec", "domain", "devices", "autoattachPodInterface") is not False
    pod = _pod_networks(vmi)
    ways = ("masquerade", "bridge")
    return any(_text(one, "name") in pod and any(_at(one, way) is not None for way in ways) for one in interfaces)


def _windows(vmi: Any) -> bool:
    if _text(vmi, "status", "guestOSInfo", "id"):
        return _text(vmi, "status", "guestOSInfo", "id") == "mswindows"
    annotations = _map(vmi, "metadata", "annotations")
    keys = ("kubevirt.io/cluster-preference-name", "kubevirt.io/preference-name", "vm.kubevirt.io/os")
    return any(_text(annotations, key).startswith("windows") for key in keys)


def _at(holder: Any, *path: str) -> Any:
    for key in path:
        holder = holder.get(key) if isinstance(holder, dict) else None
    return holder


def _map(holder: Any, *path: str) -> Mapping[str, Any]:
    found = _at(holder, *path)
    return found if isinstance(found, dict) else {}


def _list(holder: Mapping[str, Any], key: str) -> list[Any]:
    found = holder.get(key)
    return found if isinstance(found, list) else []


def _text(holder: Any, *path: str) -> str:
    found = _at(holder, *path)
    return found if isinstance(found, str) else ""
