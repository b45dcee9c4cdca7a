"""A host engine on AF_VSOCK, reached from the network namespace of the guest's launcher pod.

Where VSOCK is confined to network namespaces (Linux 7.0, net.vsock.ns_mode ``local``) a node does not see its guests:
each has CID 3 in the namespace of its launcher. A socket belongs for ever to the namespace that it was made in, so one
thread enters, makes the socket, hands it over and ends: a thread of a pool would go on to serve others from there.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import dataclass

from gpurules.probe.observation import Medium, Observation, Sign, Step, Unreachable
from gpurules.probe.target import NamespaceVsockAddress
from gpurules.probe.transports import vsock
from gpurules.probe.transports.netns import Namespace, enter
from gpurules.probe.transports.streams import SocketConnection
from gpurules.probe.transports.transport import Context, Transport

CONFINED_CID = 3
"""The guest's CID where VSOCK is confined (KubeVirt, pkg/vsock/constants.go)."""

NS_MODE = "/proc/sys/net/vsock/ns_mode"
"""``global`` or ``local``, in the namespace of the thread that reads it. Before Linux 7.0 absent, and all is global."""


@dataclass(slots=True)
class NamespaceTransport:
    """To a port of the guest in a network namespace, which is opened once and kept."""

    address: NamespaceVsockAddress
    namespace: Namespace | None = None

    async def connect(self) -> SocketConnection:
        """A new connection. Raises Unreachable."""
        made, cid = await self._made_inside()
        return await vsock.connect_guest(made, cid, self.address.port)

    async def _made_inside(self) -> tuple[socket.socket, int]:
        """A socket of the namespace, and the guest's CID there."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[socket.socket, int] | Unreachable] = loop.create_future()

        def deliver(result: tuple[socket.socket, int] | Unreachable) -> None:
            if not answer.done():
                answer.set_result(result)
            elif not isinstance(result, Unreachable):
                result[0].close()

        def work() -> None:
            try:
                result: tuple[socket.socket, int] | Unreachable = self._enter_and_make()
            except Unreachable as unreachable:
                result = unreachable
            except OSError as error:
                result = _denied(error)
            try:
                loop.call_soon_threadsafe(deliver, result)
            except RuntimeError:  # The loop has ended meanwhile.
                if not isinstance(result, Unreachable):
                    result[0].close()

        threading.Thread(target=work, daemon=True).start()
        result = await answer
        if isinstance(result, Unreachable):
            raise result
        return result

    def _enter_and_make(self) -> tuple[socket.socket, int]:
        if self.namespace is None:
            self.namespace = Namespace.of(self.address)
        self.namespace.check()
        enter(self.namespace.net)
        cid = CONFINED_CID if _confined() else self.address.cid
        if cid is None:
            raise Unreachable(Observation(Step.NAMESPACE, Medium.VSOCK, sign=Sign.CID_UNKNOWN))
        return vsock.make_socket(), cid


def _confined() -> bool:
    try:
        with open(NS_MODE, encoding="ascii") as file:
            return file.read().strip() == "local"
    except FileNotFoundError:
        return False


def _denied(error: OSError) -> Unreachable:
    return Unreachable(Observation(Step.NAMESPACE, Medium.VSOCK, sign=Sign.NAMESPACE_DENIED, detail=str(error)))


def transport(address: NamespaceVsockAddress, context: Context) -> Transport:
    """The transport to ``address``.

    A process that nothing but its number names is looked up once in a run, for the number may be given away later.
    """
    if address.pod_uid:
        return NamespaceTransport(address)
    return context.kept.setdefault(address, NamespaceTransport(address))
