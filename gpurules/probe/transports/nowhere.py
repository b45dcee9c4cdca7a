"""The way to a virtual machine instance to which none leads: it says why."""

from __future__ import annotations

from dataclasses import dataclass

from gpurules.probe.observation import Observation, Unreachable
from gpurules.probe.target import NoAddress
from gpurules.probe.transports.transport import Connection, Context


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Ends where it begins."""

    seen: Observation

    async def connect(self) -> Connection:
        """No connection. Raises Unreachable."""
        raise Unreachable(self.seen)


def transport(address: NoAddress, context: Context) -> Nowhere:
    """The transport to ``address``."""
    return Nowhere(address.seen)
