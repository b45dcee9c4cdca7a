"""A host engine on AF_VSOCK, reached through the KubeVirt API: the subresource ``vsock`` of a virtual machine instance.

It is a websocket with the subprotocol plain.kubevirt.io, whose messages are the stream of bytes; virt-api wraps the
stream in TLS unless told otherwise (KubeVirt, pkg/virt-api/rest/vsock.go), which no host engine speaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from gpurules.probe.observation import Medium, Observation, Sign, Step, Unreachable
from gpurules.probe.target import VmiAddress
from gpurules.probe.transports.transport import Context

if TYPE_CHECKING:
    from gpurules.cluster.client import Client
    from gpurules.cluster.fault import ClusterFault
    from gpurules.cluster.websocket import WebSocket

SUBRESOURCE = "/apis/subresources.kubevirt.io/v1/namespaces/{namespace}/virtualmachineinstances/{name}/vsock"
SUBPROTOCOL = "plain.kubevirt.io"
LARGEST_MESSAGE = 1024 * 1024
"""Bytes. KubeVirt copies in pieces of 32 KiB."""

END_OF_STREAM = (1000, 1001)
"""Close codes of a stream that has ended as streams do (RFC 6455, section 7.4.1)."""

SAID_BY_KUBEVIRT: tuple[tuple[int, re.Pattern[str], Sign], ...] = (
    (400, re.compile(r"VSOCK is not attached|doesn't have VSOCK enabled"), Sign.VSOCK_NOT_ATTACHED),
    (400, re.compile(r"because phase is|is not running", re.IGNORECASE), Sign.VMI_NOT_RUNNING),
    (409, re.compile(r"is not running", re.IGNORECASE), Sign.VMI_NOT_RUNNING),
    (500, re.compile(r"VSOCK CID is nil"), Sign.VSOCK_NOT_ATTACHED),
    (500, re.compile(r"dialing virt-handler: websocket: bad handshake"), Sign.GUEST_NOT_REACHED),
)
"""HTTP status, what its message says, and what that means (KubeVirt, pkg/virt-api/rest/vsock.go and dialers.go,
pkg/virt-handler/rest/console.go)."""


class WebSocketConnection:
    """A stream of bytes in the messages of a websocket."""

    def __init__(self, opened: WebSocket) -> None:
        self._opened = opened
        self._rest = b""

    async def send(self, data: bytes) -> None:
        """Send all of ``data``. Raises Unreachable."""
        from gpurules.cluster.websocket import Lost

        try:
            await self._opened.send(data)
        except Lost as lost:
            raise Unreachable(_exchange(Sign.CLOSED, detail=str(lost))) from None

    async def receive(self, limit: int) -> bytes:
        """The next bytes, at most ``limit``; ``b""`` at the end of the stream. Raises Unreachable."""
        from gpurules.cluster.websocket import Closed, Lost, TooLong

        while not self._rest:
            try:
                message = await self._opened.receive()
            except TooLong:
                raise Unreachable(_exchange(Sign.MESSAGE_TOO_LONG)) from None
            except Lost as lost:
                raise Unreachable(_exchange(Sign.CLOSED, detail=str(lost))) from None
            if isinstance(message, Closed):
                if message.code in END_OF_STREAM:
                    return b""
                raise Unreachable(
                    Observation(Step.EXCHANGE, Medium.API, close_code=message.code, detail=message.reason)
                )
            self._rest = message
        data, self._rest = self._rest[:limit], self._rest[limit:]
        return data

    async def close(self) -> None:
        """Let go of the connection."""
        await self._opened.close()


@dataclass(frozen=True, slots=True)
class KubevirtApiTransport:
    """To a port of the VMI at ``address``, with the API client that the context holds."""

    address: VmiAddress
    client: Client

    async def connect(self) -> WebSocketConnection:
        """A new connection. Raises Unreachable."""
        from gpurules.cluster.fault import ClusterFault

        path = SUBRESOURCE.format(namespace=self.address.namespace, name=self.address.name)
        query = {"port": str(self.address.port), "tls": "false"}
        try:
            opened = await self.client.websocket(path, query, SUBPROTOCOL, LARGEST_MESSAGE)
        except ClusterFault as fault:
            raise Unreachable(observed(fault, Step.CONNECT)) from None
        if opened.protocol != SUBPROTOCOL:
            await opened.close()
            raise Unreachable(Observation(Step.CONNECT, Medium.API, sign=Sign.WRONG_SUBPROTOCOL))
        return WebSocketConnection(opened)


def observed(fault: ClusterFault, step: Step) -> Observation:
    """What a fault of the cluster's client tells."""
    from gpurules.cluster.fault import Cause

    if fault.cause is Cause.STATUS:
        meant = (
            sign for status, said, sign in SAID_BY_KUBEVIRT if status == fault.status and said.search(fault.detail)
        )
        return Observation(step, Medium.API, http_status=fault.status, sign=next(meant, None), detail=fault.detail)
    signs = {
        Cause.CONFIGURATION: Sign.NO_CONFIGURATION,
        Cause.CREDENTIALS: Sign.CREDENTIALS,
        Cause.UNREACHABLE: Sign.API_UNREACHABLE,
        Cause.TLS: Sign.TLS,
        Cause.NOT_A_WEBSOCKET: Sign.NOT_A_WEBSOCKET,
        Cause.ANSWER: None,
    }
    detail = f"{fault.detail}; {fault.advice}" if fault.advice else fault.detail
    return Observation(step, Medium.API, sign=signs[fault.cause], detail=detail)


def _exchange(sign: Sign, detail: str = "") -> Observation:
    return Observation(Step.EXCHANGE, Medium.API, sign=sign, detail=detail)


def transport(address: VmiAddress, context: Context) -> KubevirtApiTransport:
    """The transport to ``address``."""
    return KubevirtApiTransport(address, cast("Client", context.cluster))
