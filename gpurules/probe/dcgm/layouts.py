"""The messages that a probe sends, as data: command numbers, sizes, version words, where each number stands.

All numbers are little endian and packed. Offsets count from the start of the body, which begins with the module command
header. Sizes, numbers and version words are the same in DCGM 3.0.4 to 4.6.0 (dcgm_module_structs.h,
dcgm_core_structs.h, DcgmProtocol.h).

A host engine looks at the version word only and not at the length: a body shorter than its struct makes the engine read
and write past the end and die. So a message is only ever built from a ``Layout``, full size, zero where nothing is set.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = 0xADBCBCAD
OLD_MAGIC = 0xABBCBCAB
"""DCGM 1.7 and older."""

HEADER = struct.Struct("<IIiii")
"""Message header: magic, request id, length of the body, type, status (DcgmProtocol.h)."""

COMMAND_HEADER = struct.Struct("<IIIIII")
"""Module command header: length, module, command, connection id, request id, version word (dcgm_module_structs.h).

The last two but one are 0 in a request: a request id here would replace that of the message header in the reply.
"""

MODULE_COMMAND = 0x0300
UNSOLICITED = frozenset({0x0400, 0x0500})
"""POLICY_NOTIFY and REQUEST_NOTIFY: an engine sends them when it likes."""

MODULE_CORE = 0
MODULE_PROFILING = 8

GPUS_MAX = 32
"""DCGM_MAX_NUM_DEVICES (dcgm_structs.h)."""

MODULES_MAX = 16
"""DCGM_MODULE_STATUSES_CAPACITY (dcgm_structs.h)."""

ENTITIES_MAX, FIELDS_MAX, VALUES_MAX = 64, 128, 16384
"""Entities, fields and bytes of values of one question for values."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One command of the core module: ``size`` is that of the whole body.

    ``result`` is the offset of cmdRet, the command's own result (i32), or None where the struct has none. Where
    ``cut_at`` is set, the reply may be cut to that length plus the
    bytes that it counts itself.
    """

    name: str
    command: int
    size: int
    version: int = 1
    result: int | None = None
    cut_at: int | None = None

    @property
    def version_word(self) -> int:
        """The number of the struct's version in the top byte, its size below."""
        return self.version << 24 | self.size


HOSTENGINE_VERSION = Layout("HOSTENGINE_VERSION", 10, 540)
VERSION_INNER_AT, VERSION_INNER = 24, 0x02000204
VERSION_TEXT_AT, VERSION_TEXT_SIZE = 28, 512

GET_ALL_DEVICES = Layout("GET_ALL_DEVICES", 34, 164, result=160)
DEVICES_SUPPORTED_AT, DEVICES_AT, DEVICES_COUNT_AT = 24, 28, 156

GET_GPU_STATUS = Layout("GET_GPU_STATUS", 9, 32)
STATUS_GPU_AT, STATUS_AT = 24, 28

MODULE_STATUS = Layout("MODULE_STATUS", 47, 164, result=160)
MODULES_INNER_AT, MODULES_INNER = 24, 0x01000088
MODULES_COUNT_AT, MODULES_AT = 28, 32
"""Each module is two u32: its id, its status."""

LATEST_VALUES = Layout("ENTITIES_GET_LATEST_VALUES", 22, 17204, result=812, cut_at=820)
VALUES_ENTITIES_AT, VALUES_ENTITY_COUNT_AT = 28, 540
VALUES_FIELDS_AT, VALUES_FIELD_COUNT_AT, VALUES_FLAGS_AT = 548, 804, 808
VALUES_LENGTH_AT, VALUES_AT = 816, 820
LIVE = 1
"""The flag that asks the driver instead of the cache."""

LAYOUTS = (HOSTENGINE_VERSION, GET_ALL_DEVICES, GET_GPU_STATUS, MODULE_STATUS, LATEST_VALUES)
"""Everything that a probe says: no login, no group, no watch."""

LONGEST_BODY = max(layout.size for layout in LAYOUTS)
