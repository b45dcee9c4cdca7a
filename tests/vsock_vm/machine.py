"""Boots the machine, runs one Python program in it, and hands back what it printed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vsock_vm import cpio
from vsock_vm.image import BASE, compile_modules

ROLES = {
    "loopback": "vsock,vmw_vsock_virtio_transport_common,vsock_loopback",
    "host": "vsock,vmw_vsock_virtio_transport_common,vhost_iotlb,vhost,vhost_vsock",
    "both": "vsock,vmw_vsock_virtio_transport_common,vsock_loopback,vhost_iotlb,vhost,vhost_vsock",
    "core": "vsock",
    "none": "",
}
"""What the machine is -> the kernel modules that make it so: with the loopback transport it has CID 1, as a host it has
/dev/vhost-vsock, ``core`` has AF_VSOCK and no transport, ``none`` no AF_VSOCK."""

DONE = "MACHINE DONE "
# With cx16 QEMU 7.2's emulation at times panics the kernel when it boots.
PROCESSOR = "max,-cx16"
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.tsv", "*.csv", "*.typed")


@dataclass(frozen=True, slots=True)
class Run:
    """What the program printed, on stdout and stderr together, and its exit code."""

    lines: tuple[str, ...]
    code: int


class MachineFailed(Exception):
    """The machine did not come to its end; the text is the last that it said."""


def run(
    qemu: Path,
    kernel: Path,
    role: str,
    program: Path,
    packages: Sequence[Path],
    arguments: str = "",
    limit: int = 300,
) -> Run:
    """Boot ``kernel`` in ``role`` and run ``program`` there, with the folders ``packages`` importable.

    ``limit`` is in seconds. MachineFailed where the machine hangs, panics or does not start.
    """
    with tempfile.TemporaryDirectory() as name:
        disk = _disk(Path(name), kernel.parent, program, packages, arguments)
        words = [
            *(str(qemu), "-M", "pc", "-accel", "tcg", "-cpu", PROCESSOR, "-m", "512", "-smp", "1"),
            *(word for folder in ("qemu", "seabios") for word in ("-L", str(qemu.parent.parent / "share" / folder))),
            *("-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot"),
            *("-kernel", str(kernel), "-initrd", str(disk)),
            *("-append", f"console=ttyS0 quiet panic=-1 rdinit=/init mitigations=off modules={ROLES[role]}"),
        ]
        try:
            done = subprocess.run(
                words,
                env={**os.environ, "QEMU_MODULE_DIR": str(qemu.parent.parent / "lib" / "x86_64-linux-gnu" / "qemu")},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise MachineFailed(f"no end within {limit} s: {(error.stdout or b'')[-2000:]!r}") from None
    lines = done.stdout.decode("utf-8", "replace").replace("\r", "").splitlines()
    ends = [number for number, line in enumerate(lines) if line.startswith(DONE)]
    if not ends:
        raise MachineFailed("\n".join(lines[-40:]))
    return Run(tuple(lines[: ends[-1]]), int(lines[ends[-1]].removeprefix(DONE)))


def _disk(folder: Path, machine: Path, program: Path, packages: Sequence[Path], arguments: str) -> Path:
    test = folder / "root" / "test"
    test.mkdir(parents=True)
    for package in packages:
        shutil.copytree(package, test / package.name, ignore=NOT_COPIED)
    shutil.copy(program, test / "main.py")
    (test / "arguments").write_text(arguments, encoding="utf-8")
    compile_modules(machine, test, "/test")
    disk = folder / "initrd"
    with disk.open("wb") as file:
        file.write((machine / BASE).read_bytes())
        file.write(cpio.archive(folder / "root"))
    return disk
