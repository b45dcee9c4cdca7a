"""``default``: what dcgm-exporter exports by default, for each GPU and VM."""

from gpurules.presets.preset import Preset

PRESET = Preset(
    "default", "the counters that dcgm-exporter exports by default, for each GPU and VM", ("vmi_gpu", "vmi")
)
