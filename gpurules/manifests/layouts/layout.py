"""What a layout of the manifests is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gpurules.manifests.scaffold import Scaffold
from gpurules.manifests.settings import Settings

Files = Mapping[str, str]
"""Path below the folder, with ``/``, and the text of the file; one entry ``-`` alone where there is no folder."""

Build = Callable[[Settings], Scaffold]
"""From settings to manifests: a layout may put parameters into the settings."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout. ``folder``: it is several files. ``lay_out`` makes them."""

    name: str
    summary: str
    folder: bool
    lay_out: Callable[[Build, Settings], Files]
