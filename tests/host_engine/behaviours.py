"""How guests behave, good and bad, by name: an honest engine in some state, or something that is none."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from host_engine.engine import COMMAND, DEVICES, GPU_STATUS, HEAD, MODULES, VALUES, VERSION, Reply, packed
from host_engine.model import BLANK_TEXT, Blank, Guest, gpu
from host_engine.server import Serve, Session, honest


@dataclass(frozen=True)
class Behaviour:
    """``guest`` makes the guest, ``serve`` runs each connection to it."""

    guest: Callable[[], Guest] = Guest
    serve: Serve = honest


def command_of(reply: Reply) -> int:
    """The command that a reply is for."""
    return int(COMMAND.unpack_from(reply.body)[2])


def changed(change: Callable[[Reply], Reply | bytes | None]) -> Serve:
    """As an honest engine, with each reply changed: another reply, raw bytes in its place, or none."""

    async def serve(session: Session) -> None:
        async for replies in session.requests():
            for reply in replies:
                new = change(reply)
                if new is not None:
                    await session.send(new.packed() if isinstance(new, Reply) else new)

    return serve


def patched(command: int, offset: int, form: str, *numbers: int) -> Serve:
    """As an honest engine, with numbers of each reply to ``command`` overwritten at ``offset`` of the body."""

    def change(reply: Reply) -> Reply:
        if command_of(reply) != command:
            return reply
        body = bytearray(reply.body)
        struct.pack_into(form, body, offset, *numbers)
        return replace(reply, body=bytes(body))

    return changed(change)


def says(data: bytes, then: Callable[[Session], Awaitable[None]] | None = None) -> Serve:
    """Sends ``data`` at once, whatever it is asked, and then closes, or does ``then``."""

    async def serve(session: Session) -> None:
        await session.send(data)
        await (then or read_and_leave)(session)

    return serve


async def read_and_leave(session: Session) -> None:
    """Read what comes once, and close."""
    await session.reader.read(65536)


async def stay(session: Session) -> None:
    """Read for ever and say nothing."""
    while await session.reader.read(65536):
        pass


async def deaf(session: Session) -> None:
    """Read nothing and say nothing until the client leaves."""
    await session.writer.wait_closed()


def answers_first(then: Callable[[Session], Awaitable[None]]) -> Serve:
    """Answers the first request honestly, then does ``then`` at the second."""

    async def serve(session: Session) -> None:
        first = True
        async for replies in session.requests():
            if not first:
                await then(session)
                return
            first = False
            for reply in replies:
                await session.send(reply.packed())

    return serve


async def leave(session: Session) -> None:
    """Close."""


async def abort(session: Session) -> None:
    """Cut the connection, as a dying VM does."""
    session.writer.transport.abort()


async def bytewise(session: Session) -> None:
    """As an honest engine, one byte at a time."""
    async for replies in session.requests():
        for byte in b"".join(reply.packed() for reply in replies):
            await session.send(bytes([byte]))


async def dripping(session: Session) -> None:
    """An honest answer, far too slow."""
    async for replies in session.requests():
        for byte in b"".join(reply.packed() for reply in replies):
            await session.send(bytes([byte]))
            await asyncio.sleep(0.05)


async def talkative(session: Session) -> None:
    """As an honest engine that sends unsolicited messages in between."""
    await session.send(HEAD.pack(0xADBCBCAD, 0, 40, 0x0400, 0) + bytes(40))
    async for replies in session.requests():
        for reply in reversed(replies):
            await session.send(HEAD.pack(0xADBCBCAD, reply.request, 12, 0x0500, 0) + bytes(12) + reply.packed())


def endless(data: bytes) -> Serve:
    """Sends ``data`` over and over, until the client leaves."""

    async def serve(session: Session) -> None:
        while True:
            await session.send(data)
            await asyncio.sleep(0)

    return serve


async def endless_after_version(session: Session) -> None:
    """Unsolicited messages without end, once the version was told."""
    async for replies in session.requests():
        for reply in replies:
            await session.send(reply.packed())
        if len(replies) > 1:
            return
        await session.send(HEAD.pack(0xADBCBCAD, 0, 16000, 0x0400, 0) + bytes(16000))
        break
    await endless(HEAD.pack(0xADBCBCAD, 0, 16000, 0x0400, 0) + bytes(16000))(session)


def twice(reply: Reply) -> bytes:
    """The same reply two times."""
    return reply.packed() * 2


def with_values(*entries: bytes) -> Serve:
    """As an honest engine, with these entries in place of every answer to a question for values."""

    def change(reply: Reply) -> Reply:
        if command_of(reply) != VALUES:
            return reply
        buffer = b"".join(entries)
        head = bytearray(reply.body[:820])
        struct.pack_into("<I", head, 0, 820 + len(buffer))
        struct.pack_into("<I", head, 816, len(buffer))
        return replace(reply, body=bytes(head) + buffer)

    return changed(change)


def entry_head(length: int, version: int = 1, kind: bytes = b"i") -> bytes:
    """The header of an entry of field 150, with a length and version of any kind."""
    return struct.pack("<HBcbBHqII", length & 0xFFFF, version, kind, 0, 1, 150, -1, 0, 0)


def guest(**settings: object) -> Callable[[], Guest]:
    """Makes a guest with these settings."""
    return lambda: Guest(**settings)  # type: ignore[arg-type]


def one(**changes: object) -> Callable[[], Guest]:
    """Makes a guest with a good GPU and one with changes."""
    return lambda: Guest(gpus=(gpu(0), gpu(1, **changes)))


def foreign_version(reply: Reply) -> Reply:
    """The version as an engine tells it that does not understand the question."""
    return replace(reply, body=reply.body[:28] + bytes(512)) if command_of(reply) == VERSION else reply


def headers_only(reply: Reply) -> bytes:
    """The header of a reply, and nothing of its body."""
    return reply.packed()[: HEAD.size]


def header(**numbers: int) -> Serve:
    """As an honest engine, with numbers of the message header changed."""

    def change(reply: Reply) -> bytes:
        fields = {"magic": 0xADBCBCAD, "request": reply.request, "length": len(reply.body), "kind": reply.kind}
        fields |= numbers
        return HEAD.pack(fields["magic"], fields["request"], fields["length"], fields["kind"], 0) + reply.body

    return changed(change)


def _rude_texts() -> Iterator[str]:
    yield "\x1b]0;owned\x07\x1b[2J\x1b[31mH100"
    yield "[bold red]H100[/] [link=http://evil.example]x[/link]"
    yield "H100\u202e\u2066gnp.exe\u2069 \u200b\ufeff\x9b31m"
    yield 'H100"} 1\ngpurules_probe_healthy{guest="other"} 0\r\n'


RUDE = tuple(_rude_texts())

BEHAVIOURS: Mapping[str, Behaviour] = {
    # Good.
    "healthy": Behaviour(),
    "one GPU": Behaviour(guest(gpus=(gpu(0),))),
    "8 GPUs": Behaviour(guest(gpus=tuple(gpu(number) for number in range(8)))),
    "32 GPUs": Behaviour(guest(gpus=tuple(gpu(number) for number in range(32)))),
    "32 GPUs of long names": Behaviour(
        guest(
            gpus=tuple(gpu(number, field_50="n" * 250, field_54="u" * 250, field_57="p" * 250) for number in range(32))
        )
    ),
    "DCGM 3.0": Behaviour(guest(version="3.0.4")),
    "DCGM 3.3": Behaviour(guest(version="3.3.9")),
    "DCGM 4.4": Behaviour(guest(version="4.4.2")),
    "DCGM 4.5": Behaviour(guest(version="4.5.3")),
    "DCGM 4.9": Behaviour(guest(version="4.9.0")),
    "bytewise": Behaviour(serve=bytewise),
    "talkative": Behaviour(serve=talkative),
    "vGPU": Behaviour(
        guest(gpus=(gpu(0, field_500=2, field_150=Blank(2), field_53=Blank(2), field_50="GRID H100-20C"),))
    ),
    "no temperature sensor": Behaviour(one(field_150=Blank(2))),
    "profiling paused": Behaviour(guest(modules={0: 3, 8: 5})),
    "profiling failed": Behaviour(guest(modules={0: 3, 8: 2})),
    "no module status": Behaviour(guest(statuses={MODULES: -20})),
    "fake GPU": Behaviour(one(status=5)),
    "more entries than asked": Behaviour(
        one(),
        with_values(
            *[
                packed(1, number, field, "GPU-1" if field == 54 else "H100" if field == 50 else 40)
                for number in (0, 1, 2, 77)
                for field in (54, 50, 150, 99, 9999)
            ],
            packed(0, 0, 1, "570.124.06"),
            packed(0, 0, 2, "12.570"),
            packed(9, 0, 1, "0"),
        ),
    ),
    "rude names": Behaviour(
        guest(
            gpus=tuple(gpu(index, field_50=text, field_54=text, field_57=text) for index, text in enumerate(RUDE)),
            driver=RUDE[3],
            nvml=RUDE[0],
        )
    ),
    "rude version": Behaviour(guest(description=f"version:{RUDE[0]};arch:x")),
    # An engine, and something is wrong in the guest.
    "NVML missing": Behaviour(guest(gpus=(), driver=Blank(), nvml=Blank())),
    "NVML not loaded": Behaviour(guest(gpus=(), statuses={VALUES: -56})),
    "no GPU": Behaviour(guest(gpus=())),
    "no GPU, no module status": Behaviour(guest(gpus=(), statuses={MODULES: -3})),
    "7 GPUs": Behaviour(guest(gpus=tuple(gpu(number) for number in range(7)))),
    "lost": Behaviour(one(status=4)),
    "lost when read": Behaviour(one(errors={50: -18, 54: -18, 150: -18})),
    "inaccessible": Behaviour(one(status=3)),
    "unknown state": Behaviour(one(status=0)),
    "state 99": Behaviour(one(status=99)),
    "detached": Behaviour(one(status=7)),
    "all detached": Behaviour(guest(statuses={DEVICES: -67})),
    "disabled": Behaviour(one(status=6)),
    "unsupported": Behaviour(one(status=2)),
    "not among the supported": Behaviour(guest(supported=frozenset({0}))),
    "reboot needed": Behaviour(one(field_1523=2)),
    "action 9 needed": Behaviour(one(field_1523=9)),
    "reset required": Behaviour(one(errors={150: -19})),
    "blank temperature": Behaviour(one(field_150=Blank())),
    "temperature 10000": Behaviour(one(field_150=10000)),
    "temperature as a text": Behaviour(one(field_150="hot")),
    "temperature not a number": Behaviour(one(field_150=float("nan"))),
    "blank UUID": Behaviour(one(field_54=BLANK_TEXT[1])),
    "paused": Behaviour(guest(statuses={DEVICES: -54, VALUES: -54, MODULES: -54})),
    "driver timeout": Behaviour(guest(statuses={VALUES: -57})),
    "values refused": Behaviour(guest(statuses={VALUES: -3})),
    "states refused": Behaviour(guest(statuses={GPU_STATUS: -8})),
    "DCGM 2.4": Behaviour(guest(version="2.4.8")),
    "version mismatch": Behaviour(guest(statuses={VERSION: -12})),
    "version refused": Behaviour(guest(statuses={VERSION: -3})),
    # Lost on the way.
    "closes at the second question": Behaviour(serve=answers_first(leave)),
    "dies at the second question": Behaviour(serve=answers_first(abort)),
    "hangs at the second question": Behaviour(serve=answers_first(stay)),
    "silent": Behaviour(serve=stay),
    "deaf": Behaviour(serve=deaf),
    "closes at once": Behaviour(serve=leave),
    "closes when asked": Behaviour(serve=read_and_leave),
    "resets when asked": Behaviour(serve=abort),
    "closes in a header": Behaviour(serve=says(b"\xad\xbc\xbc\xad\x01\x00")),
    "hangs in a header": Behaviour(serve=says(b"\xad\xbc\xbc\xad\x01\x00", stay)),
    "hangs in a body": Behaviour(serve=changed(headers_only)),
    "drips": Behaviour(serve=dripping),
    # Something else.
    "SSH": Behaviour(serve=says(b"SSH-2.0-OpenSSH_9.6\r\n", stay)),
    "SSH, then closes": Behaviour(serve=says(b"SSH-2.0-OpenSSH_9.6\r\n")),
    "HTTP": Behaviour(serve=says(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n")),
    "TLS": Behaviour(serve=says(b"\x15\x03\x03\x00\x02\x02\x32")),
    "mail, without a line's end": Behaviour(serve=says(b"220 mail.example", stay)),
    "rude banner": Behaviour(serve=says(b"\x1b[2J\x1b]0;x\x07" + b"A" * 100_000 + b"\n", stay)),
    "zeros": Behaviour(serve=endless(bytes(4096))),
    "DCGM 1.7": Behaviour(serve=header(magic=0xABBCBCAB)),
    # Hostile: DCGM's magic, and then no engine's behaviour.
    "negative length": Behaviour(serve=header(length=-1)),
    "length of 2 GiB": Behaviour(serve=header(length=2**31 - 1)),
    "length of 17205": Behaviour(serve=header(length=17205)),
    "length 0": Behaviour(serve=header(length=0)),
    "another request id": Behaviour(serve=header(request=7)),
    "unknown message type": Behaviour(serve=header(kind=0x0100)),
    "answers twice": Behaviour(serve=changed(twice)),
    "another command": Behaviour(serve=patched(VERSION, 8, "<I", 34)),
    "another version word": Behaviour(serve=patched(VERSION, 20, "<I", 0x0200021C)),
    "another inner length": Behaviour(serve=patched(VERSION, 0, "<I", 24)),
    "no version": Behaviour(serve=changed(foreign_version)),
    "4 billion GPUs": Behaviour(serve=patched(DEVICES, 156, "<I", 2**32 - 1)),
    "33 GPUs": Behaviour(serve=patched(DEVICES, 156, "<I", 33)),
    "a GPU twice": Behaviour(serve=patched(DEVICES, 28, "<II", 5, 5)),
    "17 modules": Behaviour(serve=patched(MODULES, 28, "<I", 17)),
    "the state of another GPU": Behaviour(serve=patched(GPU_STATUS, 24, "<I", 31)),
    "4 billion bytes of values": Behaviour(serve=patched(VALUES, 816, "<I", 2**32 - 1)),
    "a value of no length": Behaviour(serve=with_values(entry_head(0) + bytes(8))),
    "a value of 65535 bytes": Behaviour(serve=with_values(entry_head(65535) + bytes(8))),
    "a value of version 2": Behaviour(serve=with_values(entry_head(32, 2) + bytes(8))),
    "a value of type z": Behaviour(serve=with_values(entry_head(32, 1, b"z") + bytes(8))),
    "a number of 7 bytes": Behaviour(serve=with_values(entry_head(31) + bytes(7))),
    "half a value": Behaviour(serve=with_values(entry_head(32)[:12])),
    "a text without an end": Behaviour(serve=with_values(packed(1, 0, 50, b"A" * 900))),
    "a text of 16000 bytes": Behaviour(serve=with_values(packed(1, 0, 50, b"A" * 16000 + b"\0"))),
    "unsolicited without end": Behaviour(serve=endless_after_version),
    "tiny messages without end": Behaviour(serve=endless(HEAD.pack(0xADBCBCAD, 0, 0, 0x0400, 0) * 100)),
    "noise after the version": Behaviour(serve=answers_first(says(b"noise"))),
}
"""Name -> behaviour."""
