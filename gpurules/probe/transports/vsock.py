"""A host engine on AF_VSOCK, reached from the network namespace of this process."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
from dataclasses import dataclass, replace

from gpurules.probe.observation import Medium, Observation, Sign, Step, Unreachable
from gpurules.probe.target import VsockAddress
from gpurules.probe.transports.streams import SocketConnection, connect, failed
from gpurules.probe.transports.transport import Context

AF_VSOCK = 40
"""Linux, include/linux/socket.h; also the level of its socket options."""

SO_VM_SOCKETS_CONNECT_TIMEOUT = 6
"""Linux, include/uapi/linux/vm_sockets.h; takes a struct timeval of two longs."""

LONGEST_CONNECT_SECONDS = 24 * 3600
"""The caller's deadline ends a connection attempt; the kernel's own time-out, 2 s unless set, must not come before."""


FIRST_GUEST_CID = 3
"""The CIDs below are the hypervisor's, this machine's and the host's (Linux, include/uapi/linux/vm_sockets.h)."""

MISC = "/proc/misc"
VHOST_VSOCK = "vhost-vsock"
"""How /proc/misc calls the device once the module is loaded or built in, in containers too."""


class _Timeval(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("microseconds", ctypes.c_long))


@dataclass(frozen=True, slots=True)
class VsockTransport:
    """To ``port`` of the guest ``cid``."""

    cid: int
    port: int

    async def connect(self) -> SocketConnection:
        """A new connection. Raises Unreachable."""
        return await connect_guest(make_socket(), self.cid, self.port)


async def connect_guest(made: socket.socket, cid: int, port: int) -> SocketConnection:
    """Connect the unconnected socket ``made`` to a guest. Raises Unreachable."""
    try:
        return await connect(made, (cid, port), Medium.VSOCK)
    except Unreachable as unreachable:
        seen = unreachable.observation
        if seen.errno == errno.ENODEV and cid >= FIRST_GUEST_CID and _no_host_transport():
            raise Unreachable(replace(seen, sign=Sign.NO_VSOCK_TRANSPORT)) from None
        raise


def _no_host_transport() -> bool:
    """Whether this kernel certainly has no way to guests: the device of vhost_vsock is not registered."""
    try:
        with open(MISC, encoding="ascii", errors="replace") as file:
            return VHOST_VSOCK not in file.read().split()
    except OSError:
        return False


def make_socket() -> socket.socket:
    """An unconnected stream socket that belongs to the network namespace of the calling thread. Raises Unreachable."""
    if not hasattr(socket, "AF_VSOCK"):
        raise Unreachable(Observation(Step.SOCKET, Medium.VSOCK, sign=Sign.NO_AF_VSOCK))
    try:
        made = socket.socket(AF_VSOCK, socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(failed(error, Step.SOCKET, Medium.VSOCK)) from None
    try:
        _set_connect_timeout(made, LONGEST_CONNECT_SECONDS)
    except OSError as error:
        made.close()
        raise Unreachable(failed(error, Step.SOCKET, Medium.VSOCK)) from None
    return made


def _set_connect_timeout(made: socket.socket, seconds: int) -> None:
    # CPython's setsockopt takes nothing but an int for AF_VSOCK, and this option is no int.
    value = _Timeval(seconds, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    size = ctypes.sizeof(value)
    if libc.setsockopt(made.fileno(), AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, ctypes.byref(value), size):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def transport(address: VsockAddress, context: Context) -> VsockTransport:
    """The transport to ``address``."""
    return VsockTransport(address.cid, address.port)
