"""``full``: everything that can be recorded, at every level."""

from gpurules.presets.preset import Preset

PRESET = Preset(
    "full",
    "every field that can be recorded, at every level",
    ("vmi_gpu", "vmi", "namespace", "node", "cluster"),
    everything=True,
)
