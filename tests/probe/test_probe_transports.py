"""The transports for TCP and UNIX sockets, and what they say when they fail."""

from __future__ import annotations

import asyncio
import errno
import socket
from pathlib import Path

import pytest

from gpurules.probe.diagnosis.failure import Expectation
from gpurules.probe.observation import Medium, Observation, Step, Unreachable
from gpurules.probe.probing import probe
from gpurules.probe.target import Address, Target, TcpAddress, UnixAddress
from gpurules.probe.transports.registry import TRANSPORTS, transport_to
from gpurules.probe.transports.transport import Context
from host_engine.behaviours import BEHAVIOURS
from host_engine.server import Server, tcp_socket, unix_socket
from probe_runs import PATIENT, probed, served
from shared import ROOT


def closed_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with tcp_socket() as made:
        return int(made.getsockname()[1])


def failure(address: Address) -> Observation:
    """What connecting to ``address`` says."""

    async def run() -> None:
        connection = await transport_to(address, Context()).connect()
        await connection.close()

    with pytest.raises(Unreachable) as caught:
        asyncio.run(run())
    return caught.value.observation


def test_tcp_refused() -> None:
    seen = failure(TcpAddress("127.0.0.1", closed_port()))
    assert (seen.step, seen.medium, seen.errno) == (Step.CONNECT, Medium.TCP, errno.ECONNREFUSED)


@pytest.mark.parametrize("host", ["a..b", "x" * 250, "ä" * 70])
def test_a_name_that_cannot_be_one(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_name(*words: object, **named: object) -> object:
        if named.get("flags"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        host.encode("idna")
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    seen = failure(TcpAddress(host))
    assert (seen.step, seen.medium) == (Step.FIND, Medium.TCP)
    assert seen.detail


def test_a_resolver_that_hangs_does_not_outlast_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    never = threading.Event()

    def hang(*words: object, **named: object) -> object:
        if named.get("flags"):
            raise socket.gaierror(socket.EAI_NONAME, "not a number")
        never.wait(PATIENT)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    address = TcpAddress("guest.example")
    try:
        result = asyncio.run(probe(Target("x", address), transport_to(address, Context()), Expectation(), 0.2))
    finally:
        never.set()
    assert [finding.failure.id for finding in result.findings] == ["connect-timeout"]


def test_the_next_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with served("healthy") as (_, address):
            found = [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", closed_port())),
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", address.port)),
            ]
            monkeypatch.setattr(socket, "getaddrinfo", lambda *words, **named: found)
            assert (await probed(TcpAddress("localhost", address.port))).findings == ()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda path: None, errno.ENOENT),
        (lambda path: path.write_text(""), errno.ECONNREFUSED),
        (lambda path: unix_socket(str(path)).close(), errno.ECONNREFUSED),
    ],
    ids=["missing", "a file", "nobody listens"],
)
def test_unix_failures(make: object, expected: int, tmp_path: Path) -> None:
    path = tmp_path / "dcgm.sock"
    make(path)  # type: ignore[operator]
    seen = failure(UnixAddress(str(path)))
    assert (seen.step, seen.medium, seen.errno) == (Step.CONNECT, Medium.UNIX, expected)


def test_unix_engine(tmp_path: Path) -> None:
    async def run() -> None:
        server = Server(BEHAVIOURS["healthy"].guest())
        await server.listen(unix_socket(str(tmp_path / "s")))
        address = UnixAddress(str(tmp_path / "s"))
        result = await probe(Target("x", address), transport_to(address, Context()), Expectation(), PATIENT)
        await server.close()
        assert result.findings == ()

    asyncio.run(run())


def test_a_full_backlog_is_no_connection(tmp_path: Path) -> None:
    """Connecting to a UNIX socket whose backlog is full fails with EAGAIN, which must not pass for a connection."""
    path = str(tmp_path / "s")
    listening = unix_socket(path)
    listening.listen(0)
    waiting = socket.socket(socket.AF_UNIX)
    waiting.connect(path)
    address = UnixAddress(path)
    with listening, waiting:
        result = asyncio.run(probe(Target("x", address), transport_to(address, Context()), Expectation(), 0.2))
    assert [finding.failure.id for finding in result.findings] == ["connect-timeout"]


def test_cancelling_a_connection_closes_its_socket(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    path = str(tmp_path / "s")
    listening = unix_socket(path)
    listening.listen(0)
    waiting = socket.socket(socket.AF_UNIX)
    waiting.connect(path)

    async def run() -> None:
        task = asyncio.create_task(transport_to(UnixAddress(path), Context()).connect())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with listening, waiting:
        asyncio.run(run())
    assert not [warning for warning in recwarn if issubclass(warning.category, ResourceWarning)]


@pytest.mark.parametrize("kind", TRANSPORTS, ids=lambda kind: kind.__name__)
def test_transport_is_documented(kind: type) -> None:
    words = {
        "TcpAddress": "tcp://HOST:PORT",
        "UnixAddress": "unix:///PATH",
        "VsockAddress": "vsock://42:5555",
        "NamespaceVsockAddress": "--netns",
        "VmiAddress": "--vmi",
        "NoAddress": "--vmi",
    }
    assert words[kind.__name__] in (ROOT / "docs" / "cli" / "probe.md").read_text(encoding="utf-8")
