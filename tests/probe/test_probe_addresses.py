"""Addresses as people write them."""

from __future__ import annotations

import pytest

from gpurules.probe.addresses import parse_address
from gpurules.probe.target import Address, TcpAddress, UnixAddress, VsockAddress
from gpurules.text.errors import InputError

GOOD = [
    ("vsock://42:5555", VsockAddress(42, 5555)),
    ("VSOCK://42:6000", VsockAddress(42, 6000)),
    ("vsock://42", VsockAddress(42, 7000)),
    ("vsock://1:1", VsockAddress(1, 1)),
    ("vsock://4294967294:65535", VsockAddress(4294967294, 65535)),
    ("tcp://10.0.0.7:5555", TcpAddress("10.0.0.7", 5555)),
    ("tcp://10.0.0.7", TcpAddress("10.0.0.7", 7000)),
    ("10.0.0.7:5556", TcpAddress("10.0.0.7", 5556)),
    ("guest.example", TcpAddress("guest.example", 7000)),
    ("Tcp://[2001:db8::1]:5555", TcpAddress("2001:db8::1", 5555)),
    ("[fe80::1%eth0]", TcpAddress("fe80::1%eth0", 7000)),
    ("unix:///run/dcgm.sock", UnixAddress("/run/dcgm.sock")),
    ("UNIX:///a b/c", UnixAddress("/a b/c")),
    ("unix:///" + "x" * 106, UnixAddress("/" + "x" * 106)),
]


@pytest.mark.parametrize(("text", "address"), GOOD)
def test_address(text: str, address: Address) -> None:
    assert parse_address(text, 7000) == address


WRONG = [
    ("vsock://-1:5555", "this is not CID:PORT; write such as vsock://42:5555"),
    ("vsock://", "this is not CID:PORT; write such as vsock://42:5555"),
    ("vsock://42:", "this is not CID:PORT; write such as vsock://42:5555"),
    ("vsock://0:5555", "the CID 0 is not between 1 and 4294967294; see status.VSOCKCID of the VMI"),
    ("vsock://4294967295:1", "the CID 4294967295 is not between 1 and 4294967294; see status.VSOCKCID of the VMI"),
    ("vsock://42:0", "the port 0 is not between 1 and 65535; nv-hostengine's own is 5555"),
    ("tcp://h:65536", "the port 65536 is not between 1 and 65535; nv-hostengine's own is 5555"),
    ("tcp://", "this is not HOST:PORT; write such as tcp://10.0.0.7:5555, an IPv6 address in brackets"),
    ("::1", "this is not HOST:PORT; write such as tcp://10.0.0.7:5555, an IPv6 address in brackets"),
    ("tcp://h:5555/x", "this is not HOST:PORT; write such as tcp://10.0.0.7:5555, an IPv6 address in brackets"),
    ("tcp://" + "h" * 254, "this is not HOST:PORT; write such as tcp://10.0.0.7:5555, an IPv6 address in brackets"),
    ("tcp://a\x1bb", "this is not HOST:PORT; write such as tcp://10.0.0.7:5555, an IPv6 address in brackets"),
    ("unix://run/x", "the path of a UNIX socket is absolute; write such as unix:///run/dcgm.sock"),
    ("unix:///a\0b", "the path of a UNIX socket is absolute; write such as unix:///run/dcgm.sock"),
    ("unix:///" + "x" * 107, "the path has 108 bytes, and 107 are the most; use a shorter link to it"),
    ("unix:///" + "ä" * 54, "the path has 109 bytes, and 107 are the most; use a shorter link to it"),
    ("vsok://42:5555", '"vsok" is not a scheme; did you mean "vsock"?'),
    ("https://h", '"https" is not a scheme; use vsock, tcp or unix'),
]


@pytest.mark.parametrize(("text", "error"), WRONG)
def test_wrong_address(text: str, error: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_address(text)
    assert str(caught.value) == f'"{text[:120]}": {error}'


@pytest.mark.parametrize(("text", "address"), GOOD)
def test_an_address_is_printed_as_it_can_be_written(text: str, address: Address) -> None:
    assert parse_address(str(address)) == address
