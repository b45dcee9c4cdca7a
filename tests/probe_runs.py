"""Running probes against the double of the host engine."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gpurules.probe.diagnosis.failure import Expectation
from gpurules.probe.probing import probe
from gpurules.probe.result import Result
from gpurules.probe.target import Target, TcpAddress
from gpurules.probe.transports.registry import transport_to
from gpurules.probe.transports.transport import Context
from host_engine.behaviours import BEHAVIOURS, Behaviour
from host_engine.server import Server, tcp_socket

SERIES = re.compile(r'gpurules_probe_[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? [0-9.e+]+')
"""A line of the exposition that is no comment."""

PATIENT = 30.0
"""Seconds that no probe needs that comes to an end by itself."""


@asynccontextmanager
async def served(behaviour: Behaviour | str) -> AsyncIterator[tuple[Server, TcpAddress]]:
    """A double with this behaviour on a TCP port of its own."""
    chosen = BEHAVIOURS[behaviour] if isinstance(behaviour, str) else behaviour
    server, bound = Server(chosen.guest(), chosen.serve), tcp_socket()
    await server.listen(bound)
    try:
        yield server, TcpAddress("127.0.0.1", bound.getsockname()[1])
    finally:
        await server.close()


async def probed(address: TcpAddress, expected: Expectation | None = None, timeout: float = PATIENT) -> Result:
    """The result of probing ``address``."""
    target = Target("guest", address)
    return await probe(target, transport_to(address, Context()), expected or Expectation(), timeout)


def result_of_behaviour(
    name: str, expected: Expectation | None = None, timeout: float = PATIENT
) -> tuple[Result, Server]:
    """Probe a guest that behaves so."""

    async def run() -> tuple[Result, Server]:
        async with served(name) as (server, address):
            return await probed(address, expected, timeout), server

    return asyncio.run(run())
