"""What the HTTP client raises, as faults; the texts are ours, since the library's show proxy URLs with passwords."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp

from gpurules.cluster.fault import Cause, ClusterFault
from gpurules.cluster.redact import redacted


@contextmanager
def as_faults() -> Iterator[None]:
    """Turn an exception of aiohttp, or of the system below it, into a ClusterFault."""
    try:
        yield
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise _fault_of(error) from None


def _fault_of(error: Exception) -> ClusterFault:
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError | ssl.SSLError):
        return ClusterFault(Cause.TLS, f"the certificate was not accepted: {_tls_reason(error)}")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return ClusterFault(Cause.UNREACHABLE, f"the proxy answered {error.status}")
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return ClusterFault(Cause.UNREACHABLE, f"no connection to the proxy: {_system_reason(error.os_error)}")
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return ClusterFault(Cause.NOT_A_WEBSOCKET, error.message.lower(), error.status)
    if isinstance(error, TimeoutError):
        return ClusterFault(Cause.UNREACHABLE, "no answer in time")
    if isinstance(error, aiohttp.ClientConnectorError):
        return ClusterFault(Cause.UNREACHABLE, f"no connection to {error.host}: {_system_reason(error.os_error)}")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return ClusterFault(Cause.UNREACHABLE, "the connection was closed without an answer")
    if isinstance(error, aiohttp.ClientPayloadError):
        return ClusterFault(Cause.UNREACHABLE, "the answer breaks off")
    if isinstance(error, OSError):
        return ClusterFault(Cause.UNREACHABLE, f"the connection broke: {_system_reason(error)}")
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return ClusterFault(Cause.CONFIGURATION, "the address of the server or of its proxy is malformed")
    return ClusterFault(Cause.UNREACHABLE, f"no understandable answer ({type(error).__name__})")


def _tls_reason(error: Exception) -> str:
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return inner.verify_message
    return str(getattr(inner, "reason", None) or type(inner).__name__).replace("_", " ").lower()


def _system_reason(error: OSError) -> str:
    # asyncio has the address in strerror; the resolver's numbers are not the system's.
    if error.errno and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)
    return redacted(error.strerror or str(error) or type(error).__name__)
