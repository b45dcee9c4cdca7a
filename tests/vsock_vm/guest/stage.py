"""What stands on the machine's stage: fake guests, launchers with network namespaces of their own, and doubles."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SERVICE = "/tmp/service"
ENGINE = "/tmp/engine"
POD = "7a0f3ac4-11e5-4c43-8f0b-6b3a4c5d2e1f"
OTHER_POD = "00000000-11e5-4c43-8f0b-6b3a4c5d2e1f"
POD_GROUP = Path(f"/sys/fs/cgroup/kubepods-burstable-pod{POD.replace('-', '_')}.slice")


@contextlib.contextmanager
def guest(
    cid: int, *words: str, within: tuple[str, ...] = (), service: str = SERVICE
) -> Iterator[subprocess.Popen[str]]:
    """A fake guest with its own CID."""
    module = "vsock_vm.guest.fake_guest"
    command = [*within, sys.executable, "-m", module, str(cid), service, *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "READY\n", f"guest {cid} does not come up"
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def launcher() -> Iterator[int]:
    """A process with a network namespace of its own, in the cgroup of a pod; its number."""
    process = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 1000"], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    (POD_GROUP / "cgroup.procs").write_text(str(process.pid))
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def engine(behaviour: str, *where: str) -> Iterator[None]:
    """A double of a host engine that listens, such as ``engine("healthy", "--vsock", "5555")``."""
    command = [sys.executable, "-m", "host_engine", *where, "--behaviour", behaviour]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline().startswith("ready"), f"the double does not listen on {where}"
    try:
        yield
    finally:
        process.kill()
        process.wait()


def inside(pid: int) -> tuple[str, ...]:
    """The start of a command line that runs in the network namespace of a process."""
    return ("nsenter", f"--net=/proc/{pid}/ns/net")


def confine() -> None:
    """Let VSOCK be confined in the network namespaces that are made from now on. There is no way back."""
    Path("/proc/sys/net/vsock/child_ns_mode").write_text("local")
