"""Files that ship in the package.

Read by their path: importlib.resources would find them in a zip file too, where promql-parser and libyaml cannot be
imported, and takes as long to import as PyYAML.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent.parent
"""The folder of the package."""


def shipped_text(*path: str) -> str:
    """The text of a file of ``gpurules/data``, such as ``("dcgm", "fields.tsv")``."""
    return PACKAGE.joinpath("data", *path).read_text(encoding="utf-8")
