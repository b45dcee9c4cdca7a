"""The exporter outside the guest: its files, and the right to ask where the guest is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from gpurules.manifests.guest import in_namespace
from gpurules.manifests.manifest import Manifest, manifest
from gpurules.manifests.settings import Settings

KUBEVIRT = "kubevirt.io"
VMIS = "virtualmachineinstances"

FORBIDDEN_CALLS = (
    "acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "create_module", "delete_module", "finit_module",
    "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load",
    "keyctl", "lookup_dcookie", "mount", "mount_setattr", "move_mount", "move_pages", "nfsservctl", "open_by_handle_at",
    "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root", "process_vm_readv", "process_vm_writev", "ptrace",
    "quotactl", "reboot", "request_key", "setdomainname", "sethostname", "setns", "settimeofday", "swapoff", "swapon",
    "syslog", "umount", "umount2", "unshare", "uselib", "userfaultfd", "vhangup",
)  # fmt: skip
"""System calls that neither the bridge nor the probe needs in global mode."""


@dataclass(frozen=True, slots=True)
class Right:
    """One rule of a role, and why it is needed; ``names`` empty: of every object."""

    why: str
    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    names: tuple[str, ...] = ()


def bridge_source() -> str:
    """The text of ``bridge.py``, which runs in a container of its own."""
    return (files("gpurules.manifests") / "bridge.py").read_text(encoding="utf-8").rstrip("\n")


def bridge_files(settings: Settings, name: str, namespace: str) -> Manifest:
    """The ConfigMap that both containers read."""
    stem = in_namespace("exporter-files", namespace)
    return manifest("bridge-config-map", stem, settings, name=name, namespace=namespace, bridge=bridge_source())


def reading_rights(settings: Settings, namespace: str) -> tuple[Right, ...]:
    """To read the VMIs that are set up in ``namespace``; all of it where none is named."""
    names = tuple(machine.name for machine in settings.machines if machine.namespace == namespace)
    why = "The guest's VSOCK CID stands in the status of its VMI, and is another one after each start."
    return (Right(why, KUBEVIRT, (VMIS,), ("get",), names),)


def rights(
    settings: Settings,
    name: str,
    account: str,
    granted: tuple[Right, ...],
    *,
    namespace: str = "",
    cluster: bool = False,
    account_namespace: str = "",
    why: str = "",
) -> Iterator[Manifest]:
    """A role with what is ``granted`` and its binding to a service account; ``cluster``: everywhere."""
    stem = name.removeprefix(f"{settings.name}-")
    placed: dict[str, Any] = {"name": name, "namespace": namespace, "namespaced": not cluster}
    file = stem if cluster else in_namespace(stem, namespace)
    yield manifest("role", f"{file}-role", settings, title=why, rules=granted, **placed)
    yield manifest(
        "role-binding",
        f"{file}-role-binding",
        settings,
        title="Grants it.",
        role=name,
        account=account,
        account_namespace=account_namespace,
        **placed,
    )


def service_account(settings: Settings, name: str, namespace: str, title: str) -> Manifest:
    """A service account of its own."""
    stem = in_namespace(name.removeprefix(f"{settings.name}-"), namespace)
    return manifest("service-account", f"{stem}-account", settings, title=title, name=name, namespace=namespace)


def seccomp(settings: Settings) -> Iterator[Manifest]:
    """The profile, where one is asked for."""
    if settings.seccomp_profile:
        profile = {
            "defaultAction": "SCMP_ACT_ALLOW",
            "syscalls": [{"names": list(FORBIDDEN_CALLS), "action": "SCMP_ACT_ERRNO", "errnoRet": 1}],
        }
        yield manifest(
            "seccomp-profile",
            "seccomp-profile",
            settings,
            name=f"{settings.name}-seccomp",
            profile=json.dumps(profile, indent=2),
        )
