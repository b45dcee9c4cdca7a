"""Names of records: ``level:kubevirt_<metric>:<operation>``, as KubeVirt's name linter wants them."""

from __future__ import annotations

PREFIX = "kubevirt_vmi_gpu"

_UNITS = (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000))


def window_word(milliseconds: int) -> str:
    """A window with one unit only, as the linter's ``<operation><number><unit>`` wants it: ``5m``, ``90s``."""
    for unit, size in _UNITS:
        if milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def record_name(level: str, stem: str, operation: str) -> str:
    """Such as ``vmi:kubevirt_vmi_gpu_power_watts:sum``; an empty ``stem`` leaves the bare prefix."""
    metric = f"{PREFIX}_{stem}" if stem else PREFIX
    return f"{level}:{metric}:{operation}"
