"""Host names, looked up where nobody has to wait for a resolver that hangs."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any


async def addresses(host: str, port: int, family: int = 0) -> list[Any]:
    """What ``getaddrinfo`` says of ``host``. Raises OSError, also for what cannot be a host name.

    A resolver cannot be interrupted, so it runs in a thread of its own; a pool's would be waited for at the end of the
    program.
    """
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
    return found
