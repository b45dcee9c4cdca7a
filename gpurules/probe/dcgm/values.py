"""The entries that hold field values (DcgmFvBuffer.h), read with every length in doubt."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from gpurules.probe.dcgm.codes import Blank, blank_number, blank_text
from gpurules.probe.dcgm.messages import Malformed

ENTRY = struct.Struct("<HBcbBHqII")
"""Length of the entry, version 1, type, status, entity group, field, timestamp in microseconds, entity, unused."""

INTEGER = struct.Struct("<q")
FLOAT = struct.Struct("<d")
TEXT_MAX = 256
"""DCGM_MAX_STR_LENGTH: the longest string of a field. More is cut off."""

ENTITY_GROUP_NONE, ENTITY_GROUP_GPU = 0, 1


@dataclass(frozen=True, slots=True)
class Value:
    """One field of one entity.

    ``value`` is None where ``status`` is not 0, or where the value is blank, and then ``blank`` says why; also for
    binary values, which a probe has no use for. A string is what the guest sent, cut at 256 bytes: never trust it.
    """

    entity_group: int
    entity: int
    field: int
    status: int
    value: int | float | str | None
    blank: Blank | None = None


def entries(buffer: bytes) -> Iterator[Value]:
    """The entries that fill ``buffer`` from end to end, at most one for every 25 bytes.

    Raises Malformed for a length that does not fit, an unknown version or type, and a string without an end.
    """
    offset = 0
    while offset < len(buffer):
        if len(buffer) - offset < ENTRY.size:
            raise Malformed(f"the values end in the middle of an entry's header, at byte {offset}")
        length, version, kind, status, group, field, _, entity, _ = ENTRY.unpack_from(buffer, offset)
        if version != 1:
            raise Malformed(f"a value has the version {version}")
        if not ENTRY.size < length <= len(buffer) - offset:
            raise Malformed(f"a value of field {field} says that it has {length} bytes")
        value, blank = _decoded(kind, buffer[offset + ENTRY.size : offset + length], field)
        if status:
            value = None
        yield Value(group, entity, field, status, value, blank)
        offset += length


def _decoded(kind: bytes, data: bytes, field: int) -> tuple[int | float | str | None, Blank | None]:
    if kind == b"s":
        text, end, _ = data.partition(b"\0")
        if not end:
            raise Malformed(f"the text of field {field} has no end")
        blank = blank_text(text)
        return (None, blank) if blank is not None else (text[:TEXT_MAX].decode("utf-8", "replace"), None)
    if kind in (b"i", b"d"):
        form = INTEGER if kind == b"i" else FLOAT
        if len(data) != form.size:
            raise Malformed(f"the number of field {field} has {len(data)} bytes")
        number = form.unpack(data)[0]
        blank = blank_number(number)
        return (None, blank) if blank is not None else (number, None)
    if kind == b"b":
        return None, None
    raise Malformed(f"a value of field {field} has the type {kind!r}")
