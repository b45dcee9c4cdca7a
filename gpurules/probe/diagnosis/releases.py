"""Releases of DCGM by (major, minor), as the diagnosis knows them."""

from __future__ import annotations

OLDEST = (3, 0)
FIRST_WITH_VSOCK = (4, 5)
NEWEST = (4, 6)
KNOWN = ((3, 0), (3, 1), (3, 2), (3, 3), (4, 0), (4, 1), (4, 2), (4, 3), (4, 4), (4, 5), (4, 6))
