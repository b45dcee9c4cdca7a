"""Names of files as machine-readable reports give them: relative to the folder that the report is about."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote


def relative(file: str, root: str) -> str:
    """``file`` seen from ``root``, with slashes; what lies outside of ``root``, and standard input, as it is named."""
    if file.startswith("<"):
        return file
    base = os.path.abspath(root)
    path = os.path.normpath(os.path.join(base, file))
    if path.startswith(base.rstrip(os.sep) + os.sep):
        return Path(os.path.relpath(path, base)).as_posix()
    return Path(path).as_posix() if os.path.isabs(file) else Path(os.path.normpath(file)).as_posix()


def uri(file: str, root: str) -> str:
    """The same as a URI reference (RFC 3986): relative within ``root``, else ``file:``. Bytes of a name that are not
    UTF-8 are percent-encoded as they are; so is a colon, which would read as a scheme."""
    name = relative(file, root)
    encoded = quote(name.encode("utf-8", "surrogateescape"), safe="/")
    return f"file://{encoded}" if os.path.isabs(name) else encoded
