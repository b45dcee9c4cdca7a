"""What the machine boots, made of Debian's unpacked packages: the kernel as an ELF file and a base of the RAM disk.

The base holds busybox, Debian's python3 with its standard library, and the kernel's virtio and vsock modules.
"""

from __future__ import annotations

import lzma
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from vsock_vm import cpio

HERE = Path(__file__).parent
BASE = "base.cpio"
PYTHON = "python"
"""The folder, beside the kernel, of the interpreter that the machine runs: it compiles modules for the machine."""

MODULES = (
    "virtio",
    "virtio_ring",
    "virtio_pci_legacy_dev",
    "virtio_pci_modern_dev",
    "virtio_pci",
    "virtio_mmio",
    "vsock",
    "vmw_vsock_virtio_transport_common",
    "vsock_loopback",
    "vhost_iotlb",
    "vhost",
    "vhost_vsock",
)
LIBRARIES = (
    "c",
    "m",
    "dl",
    "util",
    "pthread",
    "rt",
    "z",
    "expat",
    "ssl",
    "crypto",
    "ffi",
    "lzma",
    "bz2",
    "uuid",
    "zstd",
)
NOT_NEEDED = shutil.ignore_patterns(
    "__pycache__", "test", "idlelib", "tkinter", "ensurepip", "lib2to3", "pydoc_data", "config-3*", "distutils"
)


class Unusable(Exception):
    """The packages do not hold what is needed; the text says what."""


def build(root: Path, target: Path, kernel: str) -> None:
    """Make ``target``/``kernel``, ``target``/base.cpio and ``target``/python from the packages unpacked in ``root``."""
    (target / kernel).write_bytes(_elf_kernel(root, _only(root, "boot/vmlinuz-*", "usr/lib/modules/*/vmlinuz")))
    _interpreter(root, target / PYTHON)
    disk = target / "disk"
    shutil.copytree(target / PYTHON, disk, symlinks=True)
    _busybox(root, disk)
    _modules(root, disk / "modules")
    for name in ("proc", "sys", "dev", "tmp", "run", "root", "test"):
        (disk / name).mkdir()
    (target / BASE).write_bytes(cpio.archive(disk))
    shutil.rmtree(disk)


def compile_modules(machine: Path, folder: Path, shown_as: str) -> None:
    """Compile what is below ``folder``, so that the emulated processor need not; ``shown_as`` is its path there."""
    words = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", shown_as]
    home = machine / PYTHON
    done = subprocess.run(
        [*_loader(home), str(home / "usr/bin/python3"), *words, str(folder)],
        env={"PYTHONHOME": str(home / "usr")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unusable(f"the machine's Python cannot compile {folder.name}: {(done.stdout + done.stderr)[-300:]}")


def _only(root: Path, *patterns: str) -> Path:
    found = [path for pattern in patterns for path in sorted(root.glob(pattern)) if path.is_file()]
    if not found:
        raise Unusable(f"the packages hold no {patterns[0]}")
    return found[-1]


def _interpreter(root: Path, target: Path) -> None:
    program = _only(root, "usr/bin/python3.[0-9]*")
    (target / "usr/bin").mkdir(parents=True)
    shutil.copy(program, target / "usr/bin/python3")
    shutil.copytree(
        root / "usr/lib" / program.name,
        target / "usr/lib" / program.name,
        ignore=NOT_NEEDED,
        ignore_dangling_symlinks=True,
    )
    libraries = target / "lib/x86_64-linux-gnu"
    libraries.mkdir(parents=True)
    for name in LIBRARIES:
        for folder in ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"):
            for path in root.glob(f"{folder}/lib{name}.so.*"):
                shutil.copy(path, libraries / path.name)
    loader = Path(_loader(root)[0])
    shutil.copy(loader, libraries / loader.name)
    (target / "lib64").mkdir()
    (target / "lib64" / loader.name).symlink_to(f"../lib/x86_64-linux-gnu/{loader.name}")
    compile_modules(target.parent, target / "usr/lib" / program.name, f"/usr/lib/{program.name}")


def _busybox(root: Path, disk: Path) -> None:
    (disk / "bin").mkdir()
    shutil.copy(_only(root, "bin/busybox", "usr/bin/busybox"), disk / "bin/busybox")
    for name in ("sh", "python3"):
        (disk / "bin" / name).symlink_to({"sh": "busybox", "python3": "/usr/bin/python3"}[name])
    shutil.copy(HERE / "init.sh", disk / "init")
    (disk / "init").chmod(0o755)


def _modules(root: Path, target: Path) -> None:
    target.mkdir()
    for name in MODULES:
        found = [path for base in ("lib", "usr/lib") for path in (root / base / "modules").rglob(f"{name}.ko*")]
        if found:
            (target / f"{name}.ko").write_bytes(_unpacked(root, found[0]))


def _unpacked(root: Path, module: Path) -> bytes:
    packing = {".xz": "xz", ".zst": "zstd"}.get(module.suffix)
    return _decompressed(root, packing, module.read_bytes()) if packing else module.read_bytes()


def _elf_kernel(root: Path, image: Path) -> bytes:
    """The ELF file inside a bzImage: QEMU starts it at once, where unpacking it under emulation takes seconds."""
    data = image.read_bytes()
    for magic, packing in PACKINGS:
        for start in _places(data, magic):
            kernel = _decompressed(root, packing, data[start:])
            if kernel.startswith(b"\x7fELF"):
                return kernel
    raise Unusable(f"no kernel found in {image.name}")


def _places(data: bytes, magic: bytes) -> Iterator[int]:
    place = data.find(magic)
    while place >= 0:
        yield place
        place = data.find(magic, place + 1)


def _decompressed(root: Path, packing: str, data: bytes) -> bytes:
    """What ``data`` begins with, unpacked; what follows it, and a failure at the start, end the result early."""
    if packing == "xz":
        try:
            return lzma.LZMADecompressor().decompress(data)
        except lzma.LZMAError:
            return b""
    program = _only(root, f"usr/bin/{packing}")
    words = [*_loader(root), str(program), "-dcq"]
    return subprocess.run(words, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout


def _loader(root: Path) -> list[str]:
    """The start of a command line that runs a program of ``root`` with the libraries of ``root``."""
    loader = _only(root, "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
    folders = (root / "lib/x86_64-linux-gnu", root / "usr/lib/x86_64-linux-gnu")
    return [str(loader), "--library-path", ":".join(str(folder) for folder in folders)]


PACKINGS = ((b"\x02\x21\x4c\x18", "lz4"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"\xfd7zXZ\0", "xz"))
"""How each packing begins, and the package that unpacks it (xz: Python)."""
