"""How aiohttp looks host names up."""

from __future__ import annotations

import socket
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from gpurules.cluster.host_names import addresses


class DetachedResolver(AbstractResolver):
    """Lookups that nobody has to wait for."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of ``host``. Raises OSError."""
        return [_result(host, *entry) for entry in await addresses(host, port, family)]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, family: int, kind: int, protocol: int, name: str, address: Any) -> ResolveResult:
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address[0], port=address[1], family=family, proto=protocol, flags=flags)
