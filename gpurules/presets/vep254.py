"""``vep254``: the metrics that KubeVirt's enhancement proposal 254 specifies.

Source: kubevirt/enhancements, VEP 254, third revision: eleven metrics called ``kubevirt_vmi_gpu_...``, with the labels
node, namespace, name, gpu_index, gpu_uuid and gpu_name. KubeVirt may ship them one day, so no record takes such a name.
"""

from gpurules.presets.preset import Claim, Preset

UTILISATION = "DCGM_FI_DEV_GPU_UTIL_RATIO"
MEMORY_COPY = "DCGM_FI_DEV_MEM_COPY_UTIL"
USED = "DCGM_FI_DEV_FB_USED"
FREE = "DCGM_FI_DEV_FB_FREE"
RESERVED = "DCGM_FI_DEV_FB_RESERVED"
TEMPERATURE = "DCGM_FI_DEV_GPU_TEMP_CELSIUS"
POWER = "DCGM_FI_DEV_BOARD_POWER_WATTS"
SINGLE_BIT = "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL"
DOUBLE_BIT = "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL"
ENCODER = "DCGM_FI_DEV_ENC_UTIL"
DECODER = "DCGM_FI_DEV_DEC_UTIL"

_PERCENT = "100 * {record}"
_SAME = "{record}"
_ERRORS = "sum_over_time({record}[1d:1m]) * 60"
_NO_TOTAL = (
    "errors of the last day: a rate is recorded, because the guest's counter starts again with each driver and a join "
    "cannot carry it over a migration"
)

PRESET = Preset(
    "vep254",
    "the eleven metrics of KubeVirt's VEP 254, as records or expressions",
    ("vmi_gpu", "vmi"),
    (UTILISATION, MEMORY_COPY, USED, FREE, RESERVED, TEMPERATURE, POWER, SINGLE_BIT, DOUBLE_BIT, ENCODER, DECODER),
    claims=(
        Claim("kubevirt_vmi_gpu_utilization_percent", UTILISATION, _PERCENT),
        Claim(
            "kubevirt_vmi_gpu_memory_utilization_percent",
            MEMORY_COPY,
            _PERCENT,
            "the share of time in which memory was read or written, as NVML's; how full it is: memory_used_ratio",
        ),
        Claim("kubevirt_vmi_gpu_memory_used_bytes", USED, _SAME),
        Claim(
            "kubevirt_vmi_gpu_memory_total_bytes",
            "memory_total",
            _SAME,
            "reserved memory included where it is exported",
        ),
        Claim("kubevirt_vmi_gpu_temperature_celsius", TEMPERATURE, _SAME),
        Claim("kubevirt_vmi_gpu_power_usage_milliwatts", POWER, "1000 * {record}"),
        Claim("kubevirt_vmi_gpu_ecc_errors_single_bit_total", SINGLE_BIT, _ERRORS, _NO_TOTAL),
        Claim("kubevirt_vmi_gpu_ecc_errors_double_bit_total", DOUBLE_BIT, _ERRORS, _NO_TOTAL),
        Claim("kubevirt_vmi_gpu_encoder_utilization_percent", ENCODER, _PERCENT),
        Claim("kubevirt_vmi_gpu_decoder_utilization_percent", DECODER, _PERCENT),
        Claim(
            "kubevirt_vmi_gpu_running_processes",
            "",
            "",
            "not recorded: DCGM gives process lists as binary structures only (fields 220 and 221), and dcgm-exporter "
            "exports no count of them",
        ),
    ),
)
