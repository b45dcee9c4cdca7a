"""Every preset, by name: one module each, with a docstring and ``PRESET``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from gpurules.presets.preset import Preset

PRESETS: Mapping[str, str] = {
    "default": "gpurules.presets.default",
    "minimal": "gpurules.presets.minimal",
    "full": "gpurules.presets.full",
    "vep254": "gpurules.presets.vep254",
    "chargeback": "gpurules.presets.chargeback",
}


def preset_named(name: str) -> Preset:
    """The preset called ``name``, its module imported now. Raises KeyError where there is none."""
    found = import_module(PRESETS[name]).PRESET
    if not isinstance(found, Preset):
        raise TypeError(f"{PRESETS[name]}.PRESET is no preset")
    return found
