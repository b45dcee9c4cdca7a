"""A host engine on a UNIX socket (``nv-hostengine -d PATH``)."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

from gpurules.probe.observation import Medium, Step, Unreachable
from gpurules.probe.target import UnixAddress
from gpurules.probe.transports.streams import SocketConnection, failed
from gpurules.probe.transports.transport import Context

RETRY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class UnixTransport:
    """To the socket at ``path``."""

    path: str

    async def connect(self) -> SocketConnection:
        """A new connection. Raises Unreachable."""
        try:
            made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        except OSError as error:
            raise Unreachable(failed(error, Step.SOCKET, Medium.UNIX)) from None
        made.setblocking(False)
        try:
            while True:
                # A full backlog is EAGAIN here, not a connection under way: asyncio's sock_connect would call it made.
                try:
                    made.connect(self.path)
                    return SocketConnection(made, Medium.UNIX)
                except BlockingIOError:
                    await asyncio.sleep(RETRY_SECONDS)
        except OSError as error:
            made.close()
            raise Unreachable(failed(error, Step.CONNECT, Medium.UNIX)) from None
        except BaseException:
            made.close()
            raise


def transport(address: UnixAddress, context: Context) -> UnixTransport:
    """The transport to ``address``."""
    return UnixTransport(address.path)
