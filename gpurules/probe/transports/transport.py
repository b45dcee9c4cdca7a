"""What a transport is: it makes one connection to one host engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from gpurules.probe.target import Address


class Connection(Protocol):
    """A stream of bytes to and from one host engine."""

    async def send(self, data: bytes) -> None:
        """Send all of ``data``. Raises Unreachable."""

    async def receive(self, limit: int) -> bytes:
        """The next bytes, at most ``limit`` (1 or more); ``b""`` at the end of the stream. Raises Unreachable."""

    async def close(self) -> None:
        """Let go of the connection at once; never raises, never waits for the other side."""


class Transport(Protocol):
    """A way to one host engine. Both this and its connections live under the caller's deadline, which arrives as a
    cancellation: whatever was opened must be closed then.
    """

    async def connect(self) -> Connection:
        """A new connection. Raises Unreachable, and nothing else."""


@dataclass(frozen=True, slots=True)
class Context:
    """What all connections of a run share.

    ``cluster`` is the client of the Kubernetes API, logged in; None where no target needs one. ``kept`` holds, by
    address, what must stay open from one round to the next.
    """

    cluster: object | None = None
    kept: dict[Address, Transport] = field(default_factory=dict)
