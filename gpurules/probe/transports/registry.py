"""Every transport: one line for each kind of address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gpurules.probe.target import (
    Address,
    NamespaceVsockAddress,
    NoAddress,
    TcpAddress,
    UnixAddress,
    VmiAddress,
    VsockAddress,
)
from gpurules.probe.transports import kubevirt_api, namespace, nowhere, tcp, unix, vsock
from gpurules.probe.transports.transport import Context, Transport

TRANSPORTS: Mapping[type[Any], Callable[[Any, Context], Transport]] = {
    TcpAddress: tcp.transport,
    UnixAddress: unix.transport,
    VsockAddress: vsock.transport,
    NamespaceVsockAddress: namespace.transport,
    VmiAddress: kubevirt_api.transport,
    NoAddress: nowhere.transport,
}
"""The class of an address -> what makes the transport to an address of that class."""


def transport_to(address: Address, context: Context) -> Transport:
    """The transport that reaches ``address``."""
    return TRANSPORTS[type(address)](address, context)
