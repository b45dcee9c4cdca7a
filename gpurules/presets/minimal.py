"""``minimal``: what a first dashboard shows."""

from gpurules.presets.preset import Preset

PRESET = Preset(
    "minimal",
    "utilisation, memory, temperature, power and errors, for each GPU and VM",
    ("vmi_gpu", "vmi"),
    (
        "DCGM_FI_DEV_GPU_UTIL_RATIO",
        "DCGM_FI_DEV_FB_USED",
        "DCGM_FI_DEV_FB_FREE",
        "DCGM_FI_DEV_FB_RESERVED",
        "DCGM_FI_DEV_GPU_TEMP_CELSIUS",
        "DCGM_FI_DEV_BOARD_POWER_WATTS",
        "DCGM_FI_DEV_XID_ERROR",
    ),
)
