"""Every preset: one line for each."""

from __future__ import annotations

from collections.abc import Mapping

from gpurules.presets import chargeback, default, full, minimal, vep254
from gpurules.presets.preset import Preset

PRESETS: Mapping[str, Preset] = {
    preset.name: preset for preset in (default.PRESET, minimal.PRESET, full.PRESET, vep254.PRESET, chargeback.PRESET)
}
