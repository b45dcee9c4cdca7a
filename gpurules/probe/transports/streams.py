"""A connection on a stream socket, for every transport that has one."""

from __future__ import annotations

import asyncio
import socket

from gpurules.probe.observation import Medium, Observation, Sign, Step, Unreachable


class SocketConnection:
    """A connected, non-blocking stream socket, which this owns from now on."""

    def __init__(self, connected: socket.socket, medium: Medium) -> None:
        self._socket = connected
        self._medium = medium

    async def send(self, data: bytes) -> None:
        """Send all of ``data``. Raises Unreachable."""
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except OSError as error:
            raise Unreachable(failed(error, Step.EXCHANGE, self._medium)) from None

    async def receive(self, limit: int) -> bytes:
        """The next bytes, at most ``limit``; ``b""`` at the end. Raises Unreachable."""
        try:
            return await asyncio.get_running_loop().sock_recv(self._socket, limit)
        except OSError as error:
            raise Unreachable(failed(error, Step.EXCHANGE, self._medium)) from None

    async def close(self) -> None:
        """Close the socket."""
        self._socket.close()


async def connect(made: socket.socket, address: object, medium: Medium) -> SocketConnection:
    """Connect the unconnected socket ``made`` to ``address``; it is closed where that fails. Raises Unreachable."""
    made.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(made, address)  # type: ignore[arg-type]
    except OSError as error:
        made.close()
        raise Unreachable(failed(error, Step.CONNECT, medium)) from None
    except BaseException:
        made.close()
        raise
    return SocketConnection(made, medium)


def failed(error: OSError, step: Step, medium: Medium) -> Observation:
    """What the system's refusal tells: its errno, or a timeout where it has none."""
    if error.errno is None:
        sign = Sign.TIMEOUT if isinstance(error, TimeoutError) else None
        return Observation(step, medium, sign=sign, detail=str(error))
    return Observation(step, medium, errno=error.errno, detail=error.strerror or "")
