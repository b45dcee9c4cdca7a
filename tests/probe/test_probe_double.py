"""The double itself: what would harm or mark a real engine must show."""

from __future__ import annotations

import asyncio
import struct

import pytest

from gpurules.probe.dcgm import messages
from gpurules.probe.dcgm.layouts import COMMAND_HEADER, HEADER, LATEST_VALUES
from host_engine import engine as double
from host_engine.model import Guest
from host_engine.server import Server, tcp_socket


def request(command: int, size: int, version: int = 1, body: bytes = b"", module: int = 0, length: int = 0) -> bytes:
    """A request as some client might send it; ``length`` cuts the body short of its struct."""
    whole = bytearray(length or size)
    COMMAND_HEADER.pack_into(whole, 0, len(whole), module, command, 0, 0, version << 24 | size)
    whole[24 : 24 + len(body)] = body[: max(0, len(whole) - 24)]
    return HEADER.pack(double.MAGIC, 1, len(whole), 0x0300, 0) + bytes(whole)


def profiling(flags: int) -> bytes:
    """A question for the profiling field 1001, live (1) or from the cache (0)."""
    body = bytearray(messages.encoded(messages.values([(1, 0)], [150]), 1))
    struct.pack_into("<H", body, HEADER.size + 548, 1001)
    struct.pack_into("<I", body, HEADER.size + 808, flags)
    return bytes(body)


@pytest.mark.parametrize("command", [9, 10, 22, 34, 36, 47, 48])
def test_a_short_body_kills_it(command: int) -> None:
    size = double.SIZES[command]
    ((number, kind, body),) = double.cut(bytearray(request(command, size, length=24)))
    with pytest.raises(double.Crash):
        double.answer(Guest(), number, kind, body)


@pytest.mark.parametrize(
    ("version", "flags", "crashes"), [("4.6.0", 1, True), ("4.0.0", 1, True), ("3.3.9", 1, False), ("4.6.0", 0, False)]
)
def test_a_live_read_of_a_profiling_field_kills_it(version: str, flags: int, crashes: bool) -> None:
    ((number, kind, body),) = double.cut(bytearray(profiling(flags)))
    guest = Guest(version=version)
    if crashes:
        with pytest.raises(double.Crash):
            double.answer(guest, number, kind, body)
    else:
        assert double.answer(guest, number, kind, body) is not None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a login", request(36, 32)),
        ("a group", request(16, 1000)),
        ("a watch", request(24, 1000)),
        ("the health module", request(9, 1069120, 5, module=4)),
    ],
)
def test_it_tells_of_a_trace(name: str, message: bytes) -> None:
    guest = Guest()
    for found in double.cut(bytearray(message)):
        double.answer(guest, *found)
    assert guest.traces, name


def test_reading_leaves_no_trace() -> None:
    guest = Guest()
    for question in (messages.version(), messages.devices(True), messages.modules(), messages.gpu_status(0)):
        for found in double.cut(bytearray(messages.encoded(question, 1))):
            double.answer(guest, *found)
    assert guest.traces == []
    assert LATEST_VALUES.size == double.SIZES[22]


def test_a_crash_cuts_the_connection_and_ends_the_listener() -> None:
    async def run() -> None:
        guest = Guest()
        server, bound = Server(guest), tcp_socket()
        await server.listen(bound)
        port = bound.getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(34, 164, length=24))
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        assert "command 34" in guest.crashed

    asyncio.run(run())


def test_one_client_can_ask_in_pieces_while_another_asks_too() -> None:
    async def run() -> None:
        server, bound = Server(Guest()), tcp_socket()
        await server.listen(bound)
        streams = [await asyncio.open_connection("127.0.0.1", bound.getsockname()[1]) for _ in range(2)]
        for byte in messages.encoded(messages.gpu_status(0), 5):
            for _, writer in streams:
                writer.write(bytes([byte]))
                await writer.drain()
        for reader, writer in streams:
            assert len(await reader.readexactly(52)) == 52
            writer.close()
        await server.close()

    asyncio.run(run())
