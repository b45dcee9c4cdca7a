"""Archives that Linux unpacks as its initial RAM disk: cpio, format newc (Documentation/driver-api/early-userspace)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_MAGIC = b"070701"
_TRAILER = "TRAILER!!!"


def archive(folder: Path) -> bytes:
    """Everything below ``folder``: folders, files and symbolic links, all owned by root."""
    parts = []
    for number, path in enumerate(sorted(folder.rglob("*")), 1):
        mode = path.lstat().st_mode
        data = _data(path, mode)
        if data is not None:
            parts.append(_entry(number, path.relative_to(folder).as_posix(), mode, data))
    parts.append(_entry(0, _TRAILER, 0, b""))
    return b"".join(parts)


def _data(path: Path, mode: int) -> bytes | None:
    if stat.S_ISLNK(mode):
        return os.readlink(path).encode()
    if stat.S_ISREG(mode):
        return path.read_bytes()
    return b"" if stat.S_ISDIR(mode) else None


def _entry(inode: int, name: str, mode: int, data: bytes) -> bytes:
    links, owner, group, time, device = 1, 0, 0, 0, 0
    encoded = name.encode() + b"\0"
    numbers = (inode, mode, owner, group, links, time, len(data), device, device, device, device, len(encoded), 0)
    head = _MAGIC + b"".join(b"%08X" % number for number in numbers) + encoded
    return _padded(head) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
