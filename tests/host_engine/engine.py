"""How a host engine of DCGM 3.0 to 4.6 reacts to bytes, good and bad (DcgmProtocol.h, DcgmHostEngineHandler.cpp, and
recorded exchanges with a 4.6.0).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from host_engine.model import BLANK, BLANK_TEXT, GPU_FIELDS, NOT_LIVE, PROFILING, TEXT_FIELDS, Blank, Guest

MAGIC = 0xADBCBCAD
HEAD = struct.Struct("<IIiii")
COMMAND = struct.Struct("<IIIIII")
LENGTH_MAX = 4 * 1024 * 1024

LOGIN, GPU_STATUS, VERSION, ENTITIES, VALUES, DEVICES, MODULES, HEALTH = 36, 9, 10, 14, 22, 34, 47, 48
SIZES = {LOGIN: 32, GPU_STATUS: 32, VERSION: 540, VALUES: 17204, DEVICES: 164, MODULES: 164, HEALTH: 32}
ENTITIES_SIZES = {3: (296, 1), 4: (4136, 2)}
READING = frozenset(SIZES) - {LOGIN} | {ENTITIES}
KNOWN = range(1, 80)
OK, BADPARAM, GENERIC, NOT_SUPPORTED, MISMATCH, UNKNOWN_FIELD, NOT_WATCHED, NOT_FOUND, NOT_LOADED = (
    0, -1, -3, -6, -12, -13, -16, -20, -33,
)  # fmt: skip


class Crash(Exception):
    """What would have killed a real engine."""


class Close(Exception):
    """The engine closes the connection."""


@dataclass(frozen=True)
class Reply:
    """A reply before it is packed, so that a behaviour can change any part of it."""

    request: int
    status: int
    body: bytes
    kind: int = 0x0300

    def packed(self) -> bytes:
        """The message."""
        return HEAD.pack(MAGIC, self.request, len(self.body), self.kind, self.status) + self.body


def cut(buffer: bytearray) -> Iterator[tuple[int, int, bytes]]:
    """Take whole requests off ``buffer``: request id, type, body. Raises Close where a real engine would close."""
    while len(buffer) >= HEAD.size:
        magic, request, length, kind, _ = HEAD.unpack_from(buffer)
        if magic != MAGIC or not 0 <= length <= LENGTH_MAX:
            raise Close
        if len(buffer) < HEAD.size + length:
            return
        body = bytes(buffer[HEAD.size : HEAD.size + length])
        del buffer[: HEAD.size + length]
        yield request, kind, body


def answer(guest: Guest, request: int, kind: int, body: bytes) -> Reply | None:
    """The reply to one request, or None where the engine stays silent. Raises Crash."""
    if kind != 0x0300 or len(body) < COMMAND.size:
        return None
    length, module, command, _, inner, word = COMMAND.unpack_from(body)
    if length != len(body):
        return None
    shown = inner or request
    if module > 9:
        return Reply(shown, BADPARAM, body)
    if module != 0:
        guest.traces.append(f"module {module}, command {command}")
        return Reply(shown, NOT_LOADED, body)
    if command not in KNOWN:
        return Reply(shown, NOT_FOUND, body)
    guest.asked.append(command)
    if command not in READING:
        guest.traces.append(f"command {command}")
        if command not in SIZES:
            return None
    size, version = _size(guest, command)
    if word != version << 24 | size:
        return Reply(shown, MISMATCH, body)
    if len(body) < size:
        raise Crash(f"command {command} has {len(body)} bytes instead of {size}: memory beyond it is overwritten")
    if command in guest.statuses:
        return Reply(shown, guest.statuses[command], body)
    out = bytearray(body)
    struct.pack_into("<II", out, 12, 3, shown)
    return Reply(shown, OK, _handled(guest, command, out))


def _size(guest: Guest, command: int) -> tuple[int, int]:
    if command == ENTITIES:
        return ENTITIES_SIZES[min(max(guest.release[0], 3), 4)]
    return SIZES[command], 1


def _handled(guest: Guest, command: int, out: bytearray) -> bytes:
    if command == VERSION and struct.unpack_from("<I", out, 24)[0] == 0x02000204:
        text = guest.text().encode()[:511]
        out[28 : 28 + len(text)] = text
    elif command == DEVICES:
        (supported,) = struct.unpack_from("<I", out, 24)
        listed = [gpu.id for gpu in guest.gpus if not supported or _supported(guest, gpu.id)]
        struct.pack_into(f"<{len(listed)}I", out, 28, *listed)
        struct.pack_into("<I", out, 156, len(listed))
    elif command == GPU_STATUS:
        (number,) = struct.unpack_from("<I", out, 24)
        struct.pack_into("<I", out, 28, next((gpu.status for gpu in guest.gpus if gpu.id == number), 0))
    elif command == MODULES:
        if struct.unpack_from("<I", out, 24)[0] != 0x01000088:
            struct.pack_into("<i", out, 160, MISMATCH)
            return bytes(out)
        pairs = [number for pair in guest.modules.items() for number in pair]
        struct.pack_into("<I", out, 28, len(guest.modules))
        struct.pack_into(f"<{len(pairs)}I", out, 32, *pairs)
    elif command == ENTITIES:
        group, flags = struct.unpack_from("<I", out, 24)[0], struct.unpack_from("<I", out, len(out) - 8)[0]
        listed = [gpu.id for gpu in guest.gpus if group == 1 and (not flags or _supported(guest, gpu.id))]
        struct.pack_into(f"<{len(listed)}I", out, 28, *listed)
        struct.pack_into("<I", out, len(out) - 12, len(listed))
        struct.pack_into("<i", out, len(out) - 4, NOT_SUPPORTED if group == 0 else OK)
    elif command == VALUES:
        return _values(guest, out)
    return bytes(out)


def _supported(guest: Guest, number: int) -> bool:
    if guest.supported is not None:
        return number in guest.supported
    return next(gpu.status for gpu in guest.gpus if gpu.id == number) in (1, 5)


def _values(guest: Guest, out: bytearray) -> bytes:
    (entity_count,) = struct.unpack_from("<I", out, 540)
    (field_count,) = struct.unpack_from("<I", out, 804)
    (flags,) = struct.unpack_from("<I", out, 808)
    if entity_count > 64 or field_count > 128:
        struct.pack_into("<i", out, 812, BADPARAM)
        return bytes(out)
    entities = [struct.unpack_from("<II", out, 28 + 8 * index) for index in range(entity_count)]
    fields = struct.unpack_from(f"<{field_count}H", out, 548)
    if flags & 1 and guest.release >= (4, 0) and any(number in PROFILING for number in fields):
        raise Crash("a live read of a profiling field that nobody watches: null pointer")
    buffer = b"".join(
        _entry(guest, group, entity, number, live=bool(flags & 1))
        for group, entity in entities
        for number in _shuffled(fields)
    )[:16384]
    if not buffer:
        struct.pack_into("<i", out, 812, GENERIC)
        return bytes(out)
    struct.pack_into("<I", out, 0, 820 + len(buffer))
    struct.pack_into("<I", out, 816, len(buffer))
    return bytes(out[:820]) + buffer


def _shuffled(fields: tuple[int, ...]) -> tuple[int, ...]:
    """Another order than was asked for: those with a text last, then backwards."""
    return tuple(sorted(fields, key=lambda number: (number in TEXT_FIELDS, -number)))


def _entry(guest: Guest, group: int, entity: int, number: int, live: bool) -> bytes:
    if number in NOT_LIVE:
        return b""
    if group == 0 and number in (1, 2):
        return packed(group, entity, number, guest.driver if number == 1 else guest.nvml)
    if number not in GPU_FIELDS or (number == 1523 and guest.release < (4, 5)):
        return packed(group, entity, number, 0, UNKNOWN_FIELD)
    found = next((gpu for gpu in guest.gpus if gpu.id == entity and group == 1), None)
    if found is None:
        return packed(group, entity, number, 0, BADPARAM)
    if not live:
        return packed(group, entity, number, Blank(), NOT_WATCHED)
    if number in found.errors:
        return packed(group, entity, number, 0, found.errors[number])
    return packed(group, entity, number, found.values[number]) if number in found.values else b""


def packed(group: int, entity: int, number: int, value: int | float | str | bytes | Blank, status: int = 0) -> bytes:
    """One entry of the buffer; bytes stand for themselves, with the type of a text."""
    if isinstance(value, Blank):
        value = BLANK_TEXT[value.kind] if number in TEXT_FIELDS else BLANK + value.kind
    if isinstance(value, str):
        value = value.encode() + b"\0"
    if isinstance(value, bytes):
        kind, data = b"s", value
    elif isinstance(value, float):
        kind, data = b"d", struct.pack("<d", value)
    else:
        kind, data = b"i", struct.pack("<q", value)
    head = struct.pack(
        "<HBcbBHqII", 24 + len(data), 1, kind, status, group, number, 1795416572584938 if not status else 0, entity, 0
    )
    return head + data
