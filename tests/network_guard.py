"""Keeps the test session on this machine: a connection to anywhere but loopback is an error."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest


class OutsideConnection(BaseException):
    """A test tried to leave the machine; no handler of the code under test may swallow it."""


def is_local(family: int, address: object) -> bool:
    """Whether a connection of the socket family to ``address`` stays on this machine."""
    if family == getattr(socket, "AF_UNIX", None):
        return True
    if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple) or not address:
        return False
    return is_local_host(address[0])


def is_local_host(host: object) -> bool:
    """Whether a host name or address is loopback; None and the empty name are."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def install(patch: pytest.MonkeyPatch) -> None:
    """Guard every socket of this process until ``patch`` is undone."""
    connect, connect_ex, sendto, getaddrinfo = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
        socket.getaddrinfo,
    )

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(self.family, address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, *words: Any) -> int:
        _check(self.family, words[-1])
        return sendto(self, *words)

    def guarded_getaddrinfo(host: Any, *words: Any, **named: Any) -> Any:
        if not is_local_host(host):
            raise OutsideConnection(f"a test looked up the address of {host!r}")
        return getaddrinfo(host, *words, **named)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket.socket, "sendto", guarded_sendto)
    patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


def _check(family: int, address: object) -> None:
    if not is_local(family, address):
        raise OutsideConnection(f"a test connected to {address!r}")
