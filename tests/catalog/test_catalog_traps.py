"""Every known trap of DCGM's names and of the types that counters files declare: what the catalog says instead."""

from __future__ import annotations

import pytest

from gpurules.catalog.field import Entity, FieldKind, Grain
from gpurules.catalog.load import load_catalog
from gpurules.catalog.units import word_of

CATALOG = load_catalog()
COUNTER, GAUGE, RATIO, FLAG, CODE = (
    FieldKind.COUNTER,
    FieldKind.GAUGE,
    FieldKind.RATIO,
    FieldKind.FLAG,
    FieldKind.CODE,
)


@pytest.mark.parametrize(
    ("name", "kind", "unit", "combine"),
    [
        # Called a counter in counters files, or by its name, and none.
        ("DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", GAUGE, "1000KiB/s", "sum"),
        ("DCGM_FI_DEV_NVLINK_BANDWIDTH_L0", GAUGE, "1000KiB/s", "sum"),
        ("DCGM_FI_DEV_NVLINK_BANDWIDTH_L17", GAUGE, "1000KiB/s", "sum"),
        ("DCGM_FI_DEV_NVLINK_TX_THROUGHPUT_TOTAL", GAUGE, "1000KiB/s", "sum"),
        ("DCGM_FI_DEV_NVLINK_RX_THROUGHPUT_TOTAL", GAUGE, "1000KiB/s", "sum"),
        ("DCGM_FI_PROF_PCIE_TX_BYTES", GAUGE, "bytes/s", "sum"),
        ("DCGM_FI_PROF_PCIE_RX_BYTES", GAUGE, "bytes/s", "sum"),
        ("DCGM_FI_PROF_NVLINK_L3_TX_BYTES", GAUGE, "bytes/s", "sum"),
        ("DCGM_FI_DEV_FB_TOTAL", GAUGE, "MiB", "sum"),
        ("DCGM_FI_DEV_BAR1_TOTAL", GAUGE, "MiB", "sum"),
        ("DCGM_FI_DEV_CPU_UTIL_TOTAL", RATIO, "ratio", "avg"),
        ("DCGM_EXP_XID_ERRORS_COUNT", GAUGE, "count", "sum"),
        ("DCGM_EXP_CLOCK_EVENTS_COUNT", GAUGE, "count", "sum"),
        ("DCGM_EXP_GPU_HEALTH_STATUS", CODE, "", "max"),
        ("DCGM_EXP_P2P_STATUS", CODE, "", "max"),
        ("DCGM_FI_DEV_RETIRED_PENDING", FLAG, "", "max"),
        # State that is kept in the board: an amount, not a rate.
        ("DCGM_FI_DEV_RETIRED_SBE", GAUGE, "count", "sum"),
        ("DCGM_FI_DEV_RETIRED_DBE", GAUGE, "count", "sum"),
        ("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", GAUGE, "count", "sum"),
        ("DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS", GAUGE, "count", "sum"),
        # Real counters.
        ("DCGM_FI_DEV_POWER_VIOLATION", COUNTER, "ns", "avg"),
        ("DCGM_FI_DEV_THERMAL_VIOLATION", COUNTER, "ns", "avg"),
        ("DCGM_FI_DEV_CLOCKS_EVENT_REASON_SYNC_BOOST_NS", COUNTER, "ns", "avg"),
        ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", COUNTER, "mJ", "sum"),
        ("DCGM_FI_DEV_PCIE_REPLAY_COUNTER", COUNTER, "count", "sum"),
        ("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", COUNTER, "count", "sum"),
        ("DCGM_FI_PROF_PCIE_TX_BYTES_TOTAL", COUNTER, "bytes", "sum"),
        ("DCGM_FI_DEV_NVLINK_TX_BYTES_TOTAL", COUNTER, "bytes", "sum"),
        ("DCGM_EXP_XID_ERRORS_TOTAL", COUNTER, "count", "sum"),
        ("DCGM_EXP_CLOCK_EVENTS_TOTAL", COUNTER, "count", "sum"),
        # Names and units that do not agree.
        ("DCGM_FI_DEV_GPU_UTIL_RATIO", RATIO, "percent", "avg"),
        ("DCGM_FI_DEV_MEM_COPY_UTIL", RATIO, "percent", "avg"),
        ("DCGM_FI_DEV_ENC_UTIL", RATIO, "percent", "avg"),
        ("DCGM_FI_DEV_DEC_UTIL", RATIO, "percent", "avg"),
        ("DCGM_FI_DEV_FB_USED_PERCENT", RATIO, "ratio", "avg"),
        ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", RATIO, "ratio", "avg"),
        ("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", RATIO, "ratio", "avg"),
        ("DCGM_FI_PROF_DRAM_ACTIVE", RATIO, "ratio", "avg"),
        ("DCGM_FI_PROF_HOSTMEM_CACHE_HIT", RATIO, "percent", "avg"),
        ("DCGM_FI_PROF_PEERMEM_CACHE_MISS", RATIO, "percent", "avg"),
        ("DCGM_FI_DEV_FB_USED", GAUGE, "MiB", "sum"),
        ("DCGM_FI_DEV_FB_RESERVED", GAUGE, "MiB", "sum"),
        ("DCGM_FI_DEV_SM_CLOCK", GAUGE, "MHz", "avg"),
        ("DCGM_FI_DEV_CPU_CLOCK_CURRENT", GAUGE, "kHz", "avg"),
        ("DCGM_FI_DEV_PCIE_TX_THROUGHPUT", GAUGE, "KB/s", "sum"),
        ("DCGM_FI_DEV_POWER_USAGE", GAUGE, "W", "sum"),
        ("DCGM_FI_DEV_GPU_TEMP", GAUGE, "celsius", "max"),
        ("DCGM_FI_DEV_MEMORY_TEMP", GAUGE, "celsius", "max"),
        # Codes, flags, bitmaps and identifiers.
        ("DCGM_FI_DEV_XID_ERRORS", CODE, "", "max"),
        ("DCGM_FI_DEV_GPU_RECOVERY_ACTION", CODE, "", "max"),
        ("DCGM_FI_DEV_ROW_REMAP_FAILURE", FLAG, "", "max"),
        ("DCGM_FI_DEV_VGPU_LICENSE_STATUS", FLAG, "", "min"),
        ("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", CODE, "", None),
        ("DCGM_FI_DEV_NVML_INDEX", CODE, "", None),
        ("DCGM_FI_DEV_CUDA_COMPUTE_CAPABILITY", CODE, "", None),
        # Limits.
        ("DCGM_FI_DEV_GPU_TEMP_SLOWDOWN_CELSIUS", GAUGE, "celsius", "min"),
        ("DCGM_FI_DEV_GPU_TEMP_MARGIN_CELSIUS", GAUGE, "celsius", "min"),
        ("DCGM_FI_DEV_PCIE_LINK_WIDTH", GAUGE, "count", "min"),
    ],
)
def test_kind_unit_and_combination(name: str, kind: FieldKind, unit: str, combine: str | None) -> None:
    field = CATALOG.by_name[name]
    assert (field.kind, word_of(field.unit, field.kind), field.combine) == (kind, unit, combine)
    assert not field.refusal


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("DCGM_FI_DRIVER_VERSION", "text"),
        ("DCGM_FI_DEV_UUID", "text"),
        ("DCGM_FI_DEV_SUPPORTED_CLOCKS", "binary"),
        ("DCGM_FI_DEV_VGPU_MEMORY_USAGE", "never enumerates vGPU"),
        ("DCGM_FI_DEV_VGPU_FRAME_RATE_LIMIT", "never enumerates vGPU"),
        ("DCGM_FI_DEV_CONNECTX_HEALTH", "never enumerates ConnectX"),
        ("DCGM_FI_DEV_GPU_ENERGY_JOULES_TOTAL", "4.6.1 by name only"),
        ("DCGM_FI_DEV_SM_CLOCK_HERTZ", "4.6.1 by name only"),
        ("DCGM_FI_DEV_CPU_AFFINITY_0", "64 bits"),
        ("DCGM_FI_DEV_MEM_COPY_UTIL_SAMPLES", "processes"),
        ("DCGM_FI_DEV_NVSWITCH_LINK_THROUGHPUT_TX", "unit"),
        ("DCGM_FI_DEV_NVLINK_SYMBOL_BER_RAW", "DCGM_FI_DEV_NVLINK_SYMBOL_BER_RATIO"),
    ],
)
def test_refused_with_a_reason(name: str, reason: str) -> None:
    field = CATALOG.by_name[name]
    assert reason in field.refusal
    assert not field.record
    assert field.combine is None


@pytest.mark.parametrize(
    ("name", "dimensions"),
    [
        ("DCGM_FI_DEV_XID_ERRORS", ("err_code",)),
        ("DCGM_EXP_XID_ERRORS_COUNT", ("xid", "window_size_in_ms")),
        ("DCGM_EXP_XID_ERRORS_TOTAL", ("xid",)),
        ("DCGM_EXP_CLOCK_EVENTS_COUNT", ("clock_event", "window_size_in_ms")),
        ("DCGM_EXP_CLOCK_EVENTS_TOTAL", ("clock_event",)),
        ("DCGM_EXP_GPU_HEALTH_STATUS", ("health_watch", "health_error_code")),
        ("DCGM_EXP_P2P_STATUS", ("peer_gpu",)),
        ("DCGM_FI_DEV_GPU_TEMP", ()),
    ],
)
def test_extra_dimensions(name: str, dimensions: tuple[str, ...]) -> None:
    assert CATALOG.by_name[name].dimensions == dimensions


@pytest.mark.parametrize(
    ("name", "entity", "grain"),
    [
        # A MIG instance repeats what is measured on its GPU.
        ("DCGM_FI_DEV_POWER_USAGE", Entity.GPU, Grain.GPU),
        ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", Entity.GPU, Grain.GPU),
        ("DCGM_FI_DEV_GPU_TEMP", Entity.GPU, Grain.GPU),
        ("DCGM_FI_DEV_SM_CLOCK", Entity.GPU, Grain.GPU),
        ("DCGM_FI_DEV_POWER_VIOLATION", Entity.GPU, Grain.GPU),
        ("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", Entity.GPU, Grain.GPU),
        ("DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", Entity.GPU, Grain.GPU),
        ("DCGM_FI_PROF_PCIE_TX_BYTES", Entity.GPU, Grain.GPU),
        ("DCGM_FI_PROF_NVLINK_TX_BYTES", Entity.GPU, Grain.GPU),
        # Measured for each instance.
        ("DCGM_FI_DEV_FB_USED", Entity.GPU, Grain.INSTANCE),
        ("DCGM_FI_DEV_BAR1_USED", Entity.GPU, Grain.INSTANCE),
        ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", Entity.GPU, Grain.INSTANCE),
        ("DCGM_FI_PROF_DRAM_ACTIVE", Entity.GPU, Grain.INSTANCE),
        ("DCGM_FI_DEV_XID_ERRORS", Entity.GPU, Grain.INSTANCE),
        # The exporter asks each GPU for it, so its series are a GPU's, although DCGM calls it a vGPU's.
        ("DCGM_FI_DEV_VGPU_LICENSE_STATUS", Entity.GPU, Grain.GPU),
        ("DCGM_FI_DEV_COUNT", Entity.GLOBAL, Grain.GPU),
        ("DCGM_FI_DEV_NVLINK_TX_THROUGHPUT_PER_LINK", Entity.LINK, Grain.GPU),
        ("DCGM_FI_DEV_CPU_UTIL_USER", Entity.CPU_CORE, Grain.GPU),
    ],
)
def test_entity_and_grain(name: str, entity: Entity, grain: Grain) -> None:
    field = CATALOG.by_name[name]
    assert (field.entity, field.grain) == (entity, grain)


def test_zero_of_a_missing_sensor_is_ignored() -> None:
    ignoring = {field.name for field in CATALOG.fields if field.ignore_zero}
    assert ignoring == {"DCGM_FI_DEV_MEMORY_TEMP_CELSIUS", "DCGM_FI_DEV_MEMORY_MAX_OP_TEMP_CELSIUS"}
