"""The doubles in a thread of their own, for tests that run a whole command line."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from host_engine.behaviours import BEHAVIOURS
from host_engine.server import Server, tcp_socket
from kubernetes_api.access import Authority
from kubernetes_api.server import Api, running


@contextmanager
def cluster(api: Api, trust: Authority, behaviour: str = "healthy") -> Iterator[Api]:
    """``api`` over TLS, and behind its websockets a host engine with a behaviour."""
    started = threading.Event()
    enders: list[Callable[[], object]] = []

    async def serve() -> None:
        engine = Server(BEHAVIOURS[behaviour].guest(), BEHAVIOURS[behaviour].serve)
        bound = tcp_socket()
        await engine.listen(bound)
        api.engine = bound.getsockname()
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        enders.append(lambda: loop.call_soon_threadsafe(end.set))
        async with running(api, trust.server):
            started.set()
            await end.wait()
            await engine.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert started.wait(30)
        yield api
    finally:
        for end in enders:
            end()
        thread.join()
