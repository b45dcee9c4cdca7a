"""Addresses as people write them: ``vsock://42:5555``, ``tcp://10.0.0.7:5555``, ``unix:///run/dcgm.sock``.

The grammar is DCGM's own (UriParser.cpp), with the port optional for vsock too: the scheme in either case, tcp where
there is none, IPv6 addresses in brackets.
"""

from __future__ import annotations

import re

from gpurules.probe.target import DEFAULT_PORT, Address, TcpAddress, UnixAddress, VsockAddress
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean

SCHEMES = ("vsock", "tcp", "unix")
UNIX_PATH_MAX = 107
"""Bytes that fit sun_path with its end."""

CID_MAX = 2**32 - 2
"""The largest CID; the number above means any."""

HOST_MAX = 253

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_TCP = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+(?:%[^\[\]\s]+)?)\]|(?P<host>[^\[\]:/\s]+))(?::(?P<port>[0-9]{1,6}))?/?")
_VSOCK = re.compile(r"(?P<cid>[0-9]{1,12})(?::(?P<port>[0-9]{1,6}))?")


def parse_address(text: str, port: int = DEFAULT_PORT) -> Address:
    """The address that ``text`` writes; ``port`` is taken where it names none. Raises InputError."""
    scheme = _SCHEME.match(text)
    name, rest = (scheme[1].lower(), text[scheme.end() :]) if scheme else ("tcp", text)
    if name == "vsock":
        return _vsock(text, rest, port)
    if name == "unix":
        return _unix(text, rest)
    if name == "tcp":
        return _tcp(text, rest, port)
    raise _wrong(text, f'"{name[:40]}" is not a scheme', did_you_mean(name, SCHEMES) or "use vsock, tcp or unix")


def checked_cid(cid: int, text: str) -> int:
    """``cid`` where a guest can have it. Raises InputError."""
    if not 1 <= cid <= CID_MAX:
        raise _wrong(text, f"the CID {cid} is not between 1 and {CID_MAX}", "see status.VSOCKCID of the VMI")
    return cid


def checked_port(port: int, text: str) -> int:
    """``port`` where DCGM can listen on it. Raises InputError."""
    if not 1 <= port <= 65535:
        raise _wrong(text, f"the port {port} is not between 1 and 65535", f"nv-hostengine's own is {DEFAULT_PORT}")
    return port


def _vsock(text: str, rest: str, port: int) -> VsockAddress:
    found = _VSOCK.fullmatch(rest)
    if not found:
        raise _wrong(text, "this is not CID:PORT", "write such as vsock://42:5555")
    cid = checked_cid(int(found["cid"]), text)
    return VsockAddress(cid, checked_port(int(found["port"] or port), text))


def _unix(text: str, rest: str) -> UnixAddress:
    length = len(rest.encode("utf-8", "surrogateescape"))
    if not rest.startswith("/") or "\0" in rest:
        raise _wrong(text, "the path of a UNIX socket is absolute", "write such as unix:///run/dcgm.sock")
    if length > UNIX_PATH_MAX:
        raise _wrong(text, f"the path has {length} bytes, and {UNIX_PATH_MAX} are the most", "use a shorter link to it")
    return UnixAddress(rest)


def _tcp(text: str, rest: str, port: int) -> TcpAddress:
    found = _TCP.fullmatch(rest)
    host = (found["v6"] or found["host"]) if found else ""
    if not found or len(host) > HOST_MAX or not host.isprintable():
        raise _wrong(text, "this is not HOST:PORT", "write such as tcp://10.0.0.7:5555, an IPv6 address in brackets")
    return TcpAddress(host, checked_port(int(found["port"] or port), text))


def _wrong(text: str, what: str, advice: str) -> InputError:
    return InputError(Problem(f'"{text[:120]}": {what}', advice=advice))
