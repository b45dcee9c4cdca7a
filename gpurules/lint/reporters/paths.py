"""Names of files as machine-readable reports give them: relative to the folder that the report is about."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote


def relative(file: str, root: str) -> str:
    """``file``, which is named from the current folder, seen from ``root``, with slashes.

    What lies outside of ``root`` and was named by its whole path keeps that; standard input keeps its name.
    """
    if os.path.isabs(file) and not _below(file, root):
        return Path(os.path.normpath(file)).as_posix()
    return seen_from(file, root)


def seen_from(file: str, root: str) -> str:
    """The same, also for what lies outside of ``root``."""
    return file if file.startswith("<") else Path(os.path.relpath(file, root)).as_posix()


def _below(file: str, root: str) -> bool:
    return os.path.normpath(file).startswith(os.path.abspath(root).rstrip(os.sep) + os.sep)


def uri(file: str, root: str) -> str:
    """The same as a URI reference (RFC 3986): relative within ``root``, else ``file:``. Bytes of a name that are not
    UTF-8 are percent-encoded as they are; so is a colon, which would read as a scheme."""
    name = relative(file, root)
    encoded = quote(name.encode("utf-8", "surrogateescape"), safe="/")
    return f"file://{encoded}" if os.path.isabs(name) else encoded
