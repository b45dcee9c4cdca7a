"""Host names, looked up where nobody has to wait for a resolver that hangs."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult


class DetachedResolver(AbstractResolver):
    """A thread for each lookup. A pool's threads would be waited for at the end of the program."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of ``host``. Raises OSError."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any] | OSError] = loop.create_future()

        def look_up() -> None:
            try:
                found: list[Any] | OSError = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
            except OSError as error:
                found = error
            except UnicodeError as error:
                found = OSError(f"{host} cannot be a host name: {error}")
            try:
                loop.call_soon_threadsafe(lambda: None if answer.done() else answer.set_result(found))
            except RuntimeError:
                return  # The loop has ended meanwhile.

        threading.Thread(target=look_up, daemon=True).start()
        found = await answer
        if isinstance(found, OSError):
            raise found
        return [_result(host, *entry) for entry in found]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, family: int, kind: int, protocol: int, name: str, address: Any) -> ResolveResult:
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address[0], port=address[1], family=family, proto=protocol, flags=flags)
