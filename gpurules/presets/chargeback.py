"""``chargeback``: what a bill and a capacity plan need, for namespaces, nodes and the cluster."""

from gpurules.presets.preset import Preset

PRESET = Preset(
    "chargeback",
    "GPU time, energy, utilisation and memory of each VM, namespace, node and of the cluster, by model too",
    ("vmi_gpu", "vmi", "namespace", "node", "cluster"),
    (
        "DCGM_FI_DEV_GPU_UTIL_RATIO",
        "DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO",
        "DCGM_FI_DEV_BOARD_POWER_WATTS",
        "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
        "DCGM_FI_DEV_FB_USED",
        "DCGM_FI_DEV_FB_FREE",
        "DCGM_FI_DEV_FB_RESERVED",
    ),
)
