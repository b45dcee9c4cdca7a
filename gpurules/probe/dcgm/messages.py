"""Requests as bytes, and a stream of bytes as replies."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gpurules.probe.dcgm import layouts
from gpurules.probe.dcgm.layouts import COMMAND_HEADER, HEADER, Layout

NUMBER = struct.Struct("<I")
SIGNED = struct.Struct("<i")
FIELD = struct.Struct("<H")
PAIR = struct.Struct("<II")


class Malformed(Exception):
    """The bytes carry DCGM's magic, and then something that no engine sends; the text says what."""


class Foreign(Exception):
    """The bytes do not begin as a DCGM message does."""


class OldMagic(Exception):
    """The bytes begin as a message of DCGM 1.7 or older does."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request that was not sent yet: its layout, and numbers (u32) by their offset.

    ``gpus`` are the GPUs that it asks about. For LATEST_VALUES ``entities`` and ``fields`` say what is read.
    """

    layout: Layout
    numbers: tuple[tuple[int, int], ...] = ()
    gpus: tuple[int, ...] = ()
    entities: tuple[tuple[int, int], ...] = ()
    fields: tuple[int, ...] = ()


def version() -> Question:
    """What the engine is."""
    return Question(layouts.HOSTENGINE_VERSION, ((layouts.VERSION_INNER_AT, layouts.VERSION_INNER),))


def devices(supported_only: bool) -> Question:
    """The GPUs, all or those that DCGM supports."""
    return Question(layouts.GET_ALL_DEVICES, ((layouts.DEVICES_SUPPORTED_AT, int(supported_only)),))


def gpu_status(gpu: int) -> Question:
    """The state of one GPU."""
    return Question(layouts.GET_GPU_STATUS, ((layouts.STATUS_GPU_AT, gpu),), gpus=(gpu,))


def modules() -> Question:
    """The state of the engine's modules."""
    return Question(layouts.MODULE_STATUS, ((layouts.MODULES_INNER_AT, layouts.MODULES_INNER),))


def values(entities: Sequence[tuple[int, int]], fields: Sequence[int]) -> Question:
    """The live values of ``fields`` for each of ``entities`` (entity group, entity id).

    ValueError for more than a message holds, for none, and for a profiling field, whose live read kills an engine.
    """
    from gpurules.probe.dcgm.fields import PROFILING

    if not 0 < len(entities) <= layouts.ENTITIES_MAX or not 0 < len(fields) <= layouts.FIELDS_MAX:
        raise ValueError("a question for values has 1 to 64 entities and 1 to 128 fields")
    if any(field in PROFILING for field in fields):
        raise ValueError("a profiling field is never read live")
    return Question(
        layouts.LATEST_VALUES,
        (
            (layouts.VALUES_ENTITY_COUNT_AT, len(entities)),
            (layouts.VALUES_FIELD_COUNT_AT, len(fields)),
            (layouts.VALUES_FLAGS_AT, layouts.LIVE),
        ),
        gpus=tuple(number for _, number in entities),
        entities=tuple(entities),
        fields=tuple(fields),
    )


def encoded(question: Question, request: int) -> bytes:
    """The whole message of ``question`` under the request id: always as long as its layout says."""
    layout = question.layout
    message = bytearray(HEADER.size + layout.size)
    HEADER.pack_into(message, 0, layouts.MAGIC, request, layout.size, layouts.MODULE_COMMAND, 0)
    body = memoryview(message)[HEADER.size :]
    COMMAND_HEADER.pack_into(body, 0, layout.size, layouts.MODULE_CORE, layout.command, 0, 0, layout.version_word)
    for offset, number in question.numbers:
        NUMBER.pack_into(body, offset, number)
    for index, pair in enumerate(question.entities):
        PAIR.pack_into(body, layouts.VALUES_ENTITIES_AT + PAIR.size * index, *pair)
    for index, field in enumerate(question.fields):
        FIELD.pack_into(body, layouts.VALUES_FIELDS_AT + FIELD.size * index, field)
    return bytes(message)


@dataclass(frozen=True, slots=True)
class Message:
    """One message from the engine."""

    request: int
    type: int
    status: int
    body: bytes

    def number(self, offset: int) -> int:
        """The u32 at ``offset`` of the body. Raises Malformed past its end."""
        return int(self._unpacked(NUMBER, offset))

    def signed(self, offset: int) -> int:
        """The i32 at ``offset`` of the body. Raises Malformed past its end."""
        return int(self._unpacked(SIGNED, offset))

    def _unpacked(self, form: struct.Struct, offset: int) -> int:
        if offset + form.size > len(self.body):
            raise Malformed(f"a reply of {len(self.body)} bytes has nothing at byte {offset}")
        return int(form.unpack_from(self.body, offset)[0])


class Stream:
    """Cuts a stream of bytes, in whatever pieces it comes, into messages. Holds at most one message's bytes beyond
    what it is fed at once.
    """

    def __init__(self) -> None:
        self._kept = bytearray()

    @property
    def kept(self) -> bytes:
        """The bytes that make no whole message yet."""
        return bytes(self._kept)

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are whole now. Raises Malformed, Foreign or OldMagic where one cannot be."""
        self._kept += data
        while True:
            self._check_magic()
            if len(self._kept) < HEADER.size:
                return
            _, request, length, kind, status = HEADER.unpack_from(self._kept)
            if length < 0:
                raise Malformed(f"a message announces a negative length, {length}")
            if length > layouts.LONGEST_BODY:
                raise Malformed(f"a message announces {length} bytes, more than any answer has")
            whole = HEADER.size + length
            if len(self._kept) < whole:
                return
            body = bytes(self._kept[HEADER.size : whole])
            del self._kept[:whole]
            yield Message(request, kind, status, body)

    def _check_magic(self) -> None:
        start = bytes(self._kept[: NUMBER.size])
        if not _MAGIC.startswith(start):
            if _OLD_MAGIC.startswith(start) and len(start) == NUMBER.size:
                raise OldMagic
            if not _OLD_MAGIC.startswith(start):
                raise Foreign


_MAGIC = NUMBER.pack(layouts.MAGIC)
_OLD_MAGIC = NUMBER.pack(layouts.OLD_MAGIC)


def check_reply(message: Message, layout: Layout) -> None:
    """Raises Malformed unless ``message`` is a reply to a request of ``layout`` with status 0: type, command, version
    word and length.
    """
    length, module, command, _, _, word = _command_header(message)
    if (module, command) != (layouts.MODULE_CORE, layout.command):
        raise Malformed(f"the answer to {layout.name} is one of module {module}, command {command}")
    if word != layout.version_word:
        raise Malformed(f"the answer to {layout.name} has the version word {word:#010x}")
    sizes = {layout.size}
    if layout.cut_at is not None:
        count = message.number(layouts.VALUES_LENGTH_AT)
        if count > layouts.VALUES_MAX:
            raise Malformed(f"the answer to {layout.name} counts {count} bytes of values")
        sizes.add(layout.cut_at + count)
    if len(message.body) not in sizes or length != len(message.body):
        wanted = " or ".join(str(size) for size in sorted(sizes))
        raise Malformed(f"the answer to {layout.name} has {len(message.body)} bytes and says {length}, not {wanted}")


def _command_header(message: Message) -> tuple[int, ...]:
    if len(message.body) < COMMAND_HEADER.size:
        raise Malformed(f"a reply has {len(message.body)} bytes, fewer than a command's header")
    return COMMAND_HEADER.unpack_from(message.body)


def numbers_of(message: Message, at: int, count: int) -> list[int]:
    """``count`` u32 from offset ``at`` of the body. Raises Malformed past its end."""
    return [message.number(at + NUMBER.size * index) for index in range(count)]
