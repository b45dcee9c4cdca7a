"""The server in a thread of its own, for tests of code that runs an event loop itself."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from api_server.server import Server, running


@contextmanager
def served(server: Server, context: ssl.SSLContext | None) -> Iterator[Server]:
    """``server`` on its port until the block ends."""
    ready, stop = threading.Event(), threading.Event()

    async def live() -> None:
        async with running(server, context):
            ready.set()
            while not stop.is_set():
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: asyncio.run(live()), daemon=True)
    thread.start()
    assert ready.wait(timeout=20)
    try:
        yield server
    finally:
        stop.set()
        thread.join(timeout=20)
        assert not thread.is_alive()
