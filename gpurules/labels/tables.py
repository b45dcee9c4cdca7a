"""Reading the tables that ship with the package."""

from __future__ import annotations

from functools import cache

from gpurules.text.shipped import shipped_text


@cache
def rows(*path: str) -> tuple[tuple[str, ...], ...]:
    """The rows of ``gpurules/data/<path>``: tab-separated cells, without empty lines and comments (``#``)."""
    return tuple(
        tuple(line.split("\t")) for line in shipped_text(*path).splitlines() if line and not line.startswith("#")
    )
