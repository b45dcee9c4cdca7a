"""A host engine on TCP (``nv-hostengine -b ALL``)."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

from gpurules.cluster.host_names import addresses
from gpurules.probe.observation import Medium, Observation, Step, Unreachable
from gpurules.probe.target import TcpAddress
from gpurules.probe.transports.streams import SocketConnection, connect, failed
from gpurules.probe.transports.transport import Context

RESOLVED = 4
"""Addresses of one host name that are tried, in the resolver's order."""


@dataclass(frozen=True, slots=True)
class TcpTransport:
    """To ``port`` of ``host``, a name or an address."""

    host: str
    port: int

    async def connect(self) -> SocketConnection:
        """A connection to the first address that takes one. Raises Unreachable with what the first one said."""
        first: Unreachable | None = None
        for family, address in (await self._addresses())[:RESOLVED]:
            try:
                made = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:
                first = first or Unreachable(failed(error, Step.SOCKET, Medium.TCP))
                continue
            # The last piece of a long question must not wait for the other side's delayed acknowledgement.
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                return await connect(made, address, Medium.TCP)
            except Unreachable as refused:
                first = first or refused
        raise first or Unreachable(Observation(Step.FIND, Medium.TCP, detail=f"{self.host} has no address"))

    async def _addresses(self) -> list[tuple[int, Any]]:
        try:
            found = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
            )
        except OSError:
            found = await self._looked_up()
        return [(family, address) for family, _, _, _, address in found]

    async def _looked_up(self) -> list[Any]:
        try:
            return await addresses(self.host, self.port)
        except OSError as error:
            found = Observation(Step.FIND, Medium.TCP, detail=error.strerror or str(error))
            raise Unreachable(found) from None


def transport(address: TcpAddress, context: Context) -> TcpTransport:
    """The transport to ``address``."""
    return TcpTransport(address.host, address.port)
