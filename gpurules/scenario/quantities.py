"""What DCGM's fields mean, written by hand from the facts and independent of the catalog.

Sources: DCGM 4.6 ``dcgm_fields.h`` and ``DcgmCacheManager.cpp`` for units and kinds, dcgm-exporter's
``default-counters.csv`` for the set. The catalog is compared with this table in a test; neither imports the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files

MIB = Fraction(1024 * 1024)
PERCENT = Fraction(1, 100)
MEGA = Fraction(1_000_000)
MILLI = Fraction(1, 1000)
THOUSAND_KIB = Fraction(1000 * 1024)
"""NVML counts NVLink traffic in KiB and DCGM divides by 1000."""
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One field.

    ``name`` is DCGM 4.6's name, ``old_name`` the one that all shipped counters files use. ``factor`` turns the raw
    number into the base unit. ``combine``: how the GPUs of one VM combine, empty where nothing means
    anything. ``cumulative``: only its rate means something (remapped rows are kept on the board for good, so that their
    number is what matters).
    ``per_instance``: a MIG instance has its own value; else the value is the whole GPU's, repeated on each instance.
    ``zero_is_absent``: the board has no such sensor where it says 0. ``labels``: what the exporter adds.
    ``coded``: its numbers are codes or flags. ``ratio``: in the base unit they are from 0 to 1.
    """

    name: str
    old_name: str
    factor: Fraction
    combine: str
    cumulative: bool = False
    per_instance: bool = False
    zero_is_absent: bool = False
    labels: tuple[str, ...] = ()
    coded: bool = False
    ratio: bool = False


USED = "DCGM_FI_DEV_FB_USED"
FREE = "DCGM_FI_DEV_FB_FREE"
RESERVED = "DCGM_FI_DEV_FB_RESERVED"
XID = "DCGM_FI_DEV_XID_ERROR"
ENERGY = "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"
POWER = "DCGM_FI_DEV_BOARD_POWER_WATTS"
UTILISATION = "DCGM_FI_DEV_GPU_UTIL_RATIO"
ENGINE = "DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO"

QUANTITIES: tuple[Quantity, ...] = (
    Quantity("DCGM_FI_DEV_SM_CLOCK", "DCGM_FI_DEV_SM_CLOCK", MEGA, "avg"),
    Quantity("DCGM_FI_DEV_MEM_CLOCK", "DCGM_FI_DEV_MEM_CLOCK", MEGA, "avg"),
    Quantity("DCGM_FI_DEV_MEMORY_TEMP_CELSIUS", "DCGM_FI_DEV_MEMORY_TEMP", ONE, "max", zero_is_absent=True),
    Quantity("DCGM_FI_DEV_GPU_TEMP_CELSIUS", "DCGM_FI_DEV_GPU_TEMP", ONE, "max"),
    Quantity(POWER, "DCGM_FI_DEV_POWER_USAGE", ONE, "sum"),
    Quantity(ENERGY, "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", MILLI, "sum", cumulative=True),
    Quantity("DCGM_FI_DEV_PCIE_REPLAY_TOTAL", "DCGM_FI_DEV_PCIE_REPLAY_COUNTER", ONE, "sum", cumulative=True),
    Quantity(UTILISATION, "DCGM_FI_DEV_GPU_UTIL", PERCENT, "avg"),
    Quantity("DCGM_FI_DEV_MEM_COPY_UTIL", "DCGM_FI_DEV_MEM_COPY_UTIL", PERCENT, "avg"),
    Quantity("DCGM_FI_DEV_ENC_UTIL", "DCGM_FI_DEV_ENC_UTIL", PERCENT, "avg"),
    Quantity("DCGM_FI_DEV_DEC_UTIL", "DCGM_FI_DEV_DEC_UTIL", PERCENT, "avg"),
    Quantity(XID, "DCGM_FI_DEV_XID_ERRORS", ONE, "max", labels=("err_code", "err_msg"), coded=True),
    Quantity(FREE, "DCGM_FI_DEV_FB_FREE", MIB, "sum", per_instance=True),
    Quantity(USED, "DCGM_FI_DEV_FB_USED", MIB, "sum", per_instance=True),
    Quantity(RESERVED, "DCGM_FI_DEV_FB_RESERVED", MIB, "sum", per_instance=True),
    Quantity("DCGM_FI_DEV_NVLINK_THROUGHPUT_TOTAL", "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", THOUSAND_KIB, "sum"),
    Quantity("DCGM_FI_DEV_VGPU_LICENSE_STATUS", "DCGM_FI_DEV_VGPU_LICENSE_STATUS", ONE, "min", coded=True),
    Quantity("DCGM_FI_DEV_ROW_REMAP_UNCORRECTABLE_TOTAL", "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", ONE, "sum"),
    Quantity("DCGM_FI_DEV_ROW_REMAP_CORRECTABLE_TOTAL", "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS", ONE, "sum"),
    Quantity("DCGM_FI_DEV_ROW_REMAP_FAILED", "DCGM_FI_DEV_ROW_REMAP_FAILURE", ONE, "max", coded=True),
    Quantity(ENGINE, "DCGM_FI_PROF_GR_ENGINE_ACTIVE", ONE, "avg", per_instance=True),
    Quantity("DCGM_FI_PROF_TENSOR_UTIL_RATIO", "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", ONE, "avg", per_instance=True),
    Quantity("DCGM_FI_PROF_DRAM_UTIL_RATIO", "DCGM_FI_PROF_DRAM_ACTIVE", ONE, "avg", per_instance=True),
    Quantity("DCGM_FI_PROF_PCIE_TX_BYTES", "DCGM_FI_PROF_PCIE_TX_BYTES", ONE, "sum"),
    Quantity("DCGM_FI_PROF_PCIE_RX_BYTES", "DCGM_FI_PROF_PCIE_RX_BYTES", ONE, "sum"),
)

FACTORS = {
    "1": ONE,
    "%": PERCENT,
    "MiB": MIB,
    "MHz": MEGA,
    "KB": Fraction(1000),
    "MB": MEGA,
    "kKiB": THOUSAND_KIB,
    "milli": MILLI,
    "nano": Fraction(1, 1_000_000_000),
}
"""The words of data/scenario/quantities.tsv."""
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")


def _further() -> Iterator[Quantity]:
    text = files("gpurules").joinpath("data", "scenario", "quantities.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")][1:]
    for line in lines:
        name, old, factor, combine, kind, part, zero, labels = (*line.split("\t"), "", "", "")[:8]
        for each, spelled in zip(_each(name), _each(old or name), strict=True):
            yield Quantity(
                each,
                spelled,
                FACTORS[factor],
                combine,
                cumulative=kind == "rate",
                per_instance=part == "instance",
                zero_is_absent=zero == "absent",
                labels=tuple(labels.split()),
                coded=kind == "code",
                ratio=kind == "ratio",
            )


def _each(name: str) -> list[str]:
    """The names that a name with a range stands for."""
    found = _RANGE.search(name)
    if not found:
        return [name]
    return [_RANGE.sub(str(number), name) for number in range(int(found[1]), int(found[2]) + 1)]


FURTHER: tuple[Quantity, ...] = tuple(_further())
"""Those that are no default counters."""

BY_NAME = {quantity.name: quantity for quantity in (*QUANTITIES, *FURTHER)}

DEFAULT_FIELDS = tuple(quantity.name for quantity in QUANTITIES)

NOT_IN_MIG = frozenset({UTILISATION, "DCGM_FI_DEV_MEM_COPY_UTIL", "DCGM_FI_DEV_ENC_UTIL", "DCGM_FI_DEV_DEC_UTIL"})
MIG_FIELDS = tuple(name for name in DEFAULT_FIELDS if name not in NOT_IN_MIG)
"""What an exporter sends for a MIG instance: the utilisation counters of NVML do not exist with MIG on."""

VGPU_FIELDS = (
    FREE,
    USED,
    "DCGM_FI_DEV_MEM_CLOCK",
    "DCGM_FI_DEV_SM_CLOCK",
    "DCGM_FI_DEV_NVLINK_THROUGHPUT_TOTAL",
    XID,
    "DCGM_FI_DEV_VGPU_LICENSE_STATUS",
)
"""What a guest with a vGPU has (dcgm-exporter, as users report)."""
