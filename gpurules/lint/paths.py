"""File names as reports for machines spell them."""

from __future__ import annotations

import os
import re

_SAFE = re.compile(r"[^A-Za-z0-9/._~-]")


def relative(path: str, root: str = ".") -> str:
    """``path`` below ``root`` with forward slashes; as it is where it is not below."""
    if path.startswith("<"):
        return path.strip("<>")
    try:
        short = os.path.relpath(os.path.abspath(path), os.path.abspath(root))
    except ValueError:
        return path
    return path if short.startswith("..") else short.replace(os.sep, "/")


def uri(path: str, root: str = ".") -> str:
    """The same as a URI reference, percent-encoded; a ``file:`` URI where it is not below ``root``."""
    short = relative(path, root)
    if os.path.isabs(short) or short.startswith(".."):
        return "file://" + _encoded(os.path.abspath(path).replace(os.sep, "/"))
    return _encoded(short)


def _encoded(path: str) -> str:
    return _SAFE.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogateescape")), path
    )
