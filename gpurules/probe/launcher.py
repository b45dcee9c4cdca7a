"""The launcher pods of this node: their processes, and whether VSOCK is confined to their network namespaces."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from gpurules.probe.transports.netns import LONGEST_CGROUP, PROC, pod_of

MODES = "sys/net/vsock"
"""Linux 7.0: ``ns_mode`` is how VSOCK is in this network namespace, ``child_ns_mode`` how in those made from it."""


def launchers(pod_uids: Collection[str], proc: str = PROC) -> dict[str, int]:
    """Pod UID -> a process of that pod. All its containers share one network namespace, so any will do."""
    wanted = {uid.lower(): uid for uid in pod_uids}
    found: dict[str, int] = {}
    for name in sorted((name for name in os.listdir(proc) if name.isdecimal()), key=int) if wanted else ():
        uid = pod_of(_text(f"{proc}/{name}/cgroup"))
        if uid in wanted:
            found.setdefault(wanted[uid], int(name))
    return found


def may_look_into(pid: int, proc: str = PROC) -> bool:
    """Whether this process may open the network namespace of that one."""
    try:
        os.close(os.open(f"{proc}/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC))
    except PermissionError:
        return False
    except OSError:
        return True
    return True


def confined(proc: str = PROC) -> bool:
    """Whether VSOCK is confined to network namespaces here, as far as it shows without entering another one."""
    folder = Path(proc) / MODES
    return any(_text(f"{folder}/{name}").strip() == "local" for name in ("ns_mode", "child_ns_mode"))


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(LONGEST_CGROUP).decode("utf-8", "replace")
    except OSError:
        return ""
