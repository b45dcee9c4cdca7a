"""Serves a double on TCP, a UNIX socket or AF_VSOCK."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from host_engine.engine import Close, Crash, Reply, answer, cut
from host_engine.model import Guest

BACKLOG = 6


@dataclass
class Session:
    """One connection to the double."""

    guest: Guest
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    buffer: bytearray = field(default_factory=bytearray)

    async def requests(self) -> AsyncIterator[list[Reply]]:
        """The replies to what arrived together, as an honest engine makes them; ends when the client leaves.

        Raises Close and Crash.
        """
        while data := await self.reader.read(65536):
            self.buffer += data
            batch = [answer(self.guest, *request) for request in cut(self.buffer)]
            if any(reply is not None for reply in batch):
                yield [reply for reply in batch if reply is not None]

    async def send(self, data: bytes) -> None:
        """Send ``data``."""
        self.writer.write(data)
        await self.writer.drain()


Serve = Callable[[Session], Awaitable[None]]


async def honest(session: Session) -> None:
    """As a real engine does, replies overtaking each other."""
    async for replies in session.requests():
        for reply in replies[1:] + replies[:1]:
            await session.send(reply.packed())


class Server:
    """A listening double. ``connections`` counts those that were accepted, ``most`` how many were open at a time."""

    def __init__(self, guest: Guest, serve: Serve = honest) -> None:
        self.guest = guest
        self.connections = self.most = self._open = 0
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def listen(self, bound: socket.socket) -> None:
        """Accept connections on ``bound``."""
        self._server = await asyncio.start_server(self._connected, sock=bound, backlog=BACKLOG)

    async def close(self) -> None:
        """Stop, and drop every connection."""
        if self._server:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open += 1
        self.most = max(self.most, self._open)
        self._writers.add(writer)
        try:
            await self._serve(Session(self.guest, reader, writer))
        except Crash as crash:
            self.guest.crashed = str(crash)
            await self.close()
        except (Close, OSError, EOFError, asyncio.CancelledError):
            # Python 3.11 complains where the end of the loop cancels a connection's task and hears of it.
            pass
        finally:
            self._open -= 1
            self._writers.discard(writer)
            with contextlib.suppress(OSError):
                writer.close()


def tcp_socket() -> socket.socket:
    """A socket on a free port of 127.0.0.1."""
    # With the protocol named, asyncio switches Nagle's algorithm off.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", 0))
    return made


def unix_socket(path: str) -> socket.socket:
    """A UNIX socket at ``path``."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(path)
    return made


def vsock_socket(port: int) -> socket.socket:
    """A VSOCK socket on every CID of this machine; only for a VM of one's own."""
    made = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    made.bind((socket.VMADDR_CID_ANY, port))
    return made
