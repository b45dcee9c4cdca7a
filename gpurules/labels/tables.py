"""Reading the tables that ship with the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def rows(*path: str) -> tuple[tuple[str, ...], ...]:
    """The rows of ``gpurules/data/<path>``: tab-separated cells, without empty lines and comments (``#``)."""
    text = files("gpurules").joinpath("data", *path).read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))
