"""DCGM's numbers as words (dcgm_structs.h, dcgm_fields.h; NVML's nvml.h for the recovery actions)."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """dcgmReturn_t, those that a probe can meet."""

    OK = 0
    BADPARAM = -1
    GENERIC_ERROR = -3
    MEMORY = -4
    NOT_CONFIGURED = -5
    NOT_SUPPORTED = -6
    INIT_ERROR = -7
    NVML_ERROR = -8
    PENDING = -9
    UNINITIALIZED = -10
    TIMEOUT = -11
    VER_MISMATCH = -12
    UNKNOWN_FIELD = -13
    NO_DATA = -14
    STALE_DATA = -15
    NOT_WATCHED = -16
    NO_PERMISSION = -17
    GPU_IS_LOST = -18
    RESET_REQUIRED = -19
    FUNCTION_NOT_FOUND = -20
    CONNECTION_NOT_VALID = -21
    GPU_NOT_SUPPORTED = -22
    MAX_LIMIT = -24
    REQUIRES_ROOT = -29
    INSUFFICIENT_SIZE = -31
    FIELD_UNSUPPORTED_BY_API = -32
    MODULE_NOT_LOADED = -33
    IN_USE = -34
    PAUSED = -54
    NVML_NOT_LOADED = -56
    NVML_DRIVER_TIMEOUT = -57
    GPUS_DETACHED = -67


class GpuStatus(IntEnum):
    """DcgmEntityStatus_t."""

    UNKNOWN = 0
    OK = 1
    UNSUPPORTED = 2
    INACCESSIBLE = 3
    LOST = 4
    FAKE = 5
    DISABLED = 6
    DETACHED = 7


class ModuleStatus(IntEnum):
    """dcgmModuleStatus_t."""

    NOT_LOADED = 0
    DENYLISTED = 1
    FAILED = 2
    LOADED = 3
    UNLOADED = 4
    PAUSED = 5
    RELOADABLE = 6


VIRTUALIZATION = {0: "none", 1: "passthrough", 2: "vGPU guest", 3: "host vGPU", 4: "host vSGA"}
"""DCGM_GPU_VIRTUALIZATION_MODE (field 500)."""

VGPU_GUEST = 2

RECOVERY = {0: "none", 1: "reset the GPU", 2: "reboot", 3: "drain peer to peer", 4: "drain and reset"}
"""nvmlDeviceGpuRecoveryAction_t (field 1523)."""


class Blank(IntEnum):
    """Why a value is blank: the number that is added to the blank value of its type."""

    NULL = 0
    NOT_FOUND = 1
    NOT_SUPPORTED = 2
    NOT_PERMITTED = 3


BLANK_INT = 0x7FFFFFFFFFFFFFF0
BLANK_INT32 = 0x7FFFFFF0
BLANK_FLOAT = 140737488355328.0
BLANK_TEXTS = {
    b"<<<NULL>>>": Blank.NULL,
    b"<<<NOT_FOUND>>>": Blank.NOT_FOUND,
    b"<<<NOT_SUPPORTED>>>": Blank.NOT_SUPPORTED,
    b"<<<NOT_PERM>>>": Blank.NOT_PERMITTED,
}


def status_name(status: int) -> str:
    """``-12 VER_MISMATCH``, or the number alone where it has no name here."""
    try:
        return f"{status} {Status(status).name}"
    except ValueError:
        return str(status)


def blank_text(text: bytes) -> Blank | None:
    """What kind of blank a string is, or None where it is a value."""
    if not text.startswith(b"<<<"):
        return None
    return BLANK_TEXTS.get(text)


def blank_number(value: int | float) -> Blank | None:
    """What kind of blank a number is, or None where it is a value."""
    starts = (BLANK_FLOAT,) if isinstance(value, float) else (BLANK_INT, BLANK_INT32)
    for start in starts:
        if value in (start, start + 1, start + 2, start + 3):
            return Blank(int(value - start))
    return None
