"""Requests to the API: proxies, certificates, names, and answers that are none."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gpurules.cluster.client import Client, open_client
from gpurules.cluster.fault import Cause, ClusterFault
from kubernetes_api import proxy, server
from kubernetes_api.access import SERVER_NAME, Authority, authority, kubeconfig
from kubernetes_api.server import Api

PATH = "/apis/kubevirt.io/v1/kubevirts"


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("pki"))


def at(port: int, host: str = "127.0.0.1") -> str:
    return f"https://{host}:{port}"


def fault(
    trust: Authority,
    tmp_path: Path,
    ca_file: Path | None,
    through: str = "",
    answer: str = "200 OK",
    host: str = "127.0.0.1",
    cluster: dict[str, Any] | None = None,
) -> tuple[ClusterFault | None, list[str]]:
    """What asking the API comes to, and the requests that a proxy saw; ``through`` is the proxy's URL for a port."""

    async def run() -> tuple[ClusterFault | None, list[str]]:
        async with (
            server.running(Api(), trust.server) as api,
            proxy.running(proxy.Proxy(answer)) as tunnel,
        ):
            entries = {**(cluster or {}), **({"proxy-url": through.format(port=tunnel.port)} if through else {})}
            path = kubeconfig(tmp_path / "config", at(api.port, host), ca_file, **entries)
            try:
                async with open_client(str(path), "", 2.0) as client:
                    await client.get(PATH)
                    await _websocket(client)
            except ClusterFault as raised:
                return raised, tunnel.heads
            return None, tunnel.heads

    return asyncio.run(run())


async def _websocket(client: Client) -> None:
    path = "/apis/subresources.kubevirt.io/v1/namespaces/a/virtualmachineinstances/unheard/vsock"
    opened = await client.websocket(path, {}, server.SUBPROTOCOL, 1000)
    assert opened.protocol == server.SUBPROTOCOL
    await opened.close()


def test_requests_and_websockets_go_through_the_proxy(trust: Authority, tmp_path: Path) -> None:
    raised, heads = fault(trust, tmp_path, trust.ca_file, "http://ann:pass@127.0.0.1:{port}", host=SERVER_NAME)
    assert raised is None
    assert {head.split()[0] for head in heads} == {"CONNECT"}
    assert all("Basic YW5uOnBhc3M=" in head and "Bearer" not in head for head in heads)


@pytest.mark.parametrize(
    ("through", "answer", "said"),
    [
        ("http://ann:secret@127.0.0.1:{port}", "407 Proxy Authentication Required", "the proxy answered 407"),
        ("http://ann:secret@127.0.0.1:1", "", "no connection to the proxy: Connection refused"),
        ("socks5://ann:secret@127.0.0.1:{port}", "", "the scheme socks5 cannot be used"),
    ],
)
def test_proxy_that_does_not_work(through: str, answer: str, said: str, trust: Authority, tmp_path: Path) -> None:
    raised, _ = fault(trust, tmp_path, trust.ca_file, through, answer)
    assert raised is not None
    assert said in str(raised)
    assert "secret" not in str(raised)


def test_name_of_the_certificate(trust: Authority, tmp_path: Path) -> None:
    assert fault(trust, tmp_path, trust.ca_file, cluster={"tls-server-name": SERVER_NAME})[0] is None
    raised, _ = fault(trust, tmp_path, trust.ca_file, cluster={"tls-server-name": "other.example"})
    assert raised is not None
    assert raised.cause is Cause.TLS
    assert "Hostname mismatch" in str(raised)


def test_unknown_authority(trust: Authority, tmp_path: Path) -> None:
    other = authority(tmp_path / "other")
    raised, _ = fault(trust, tmp_path, other.ca_file)
    assert raised is not None
    assert (raised.cause, "certificate" in raised.detail) == (Cause.TLS, True)


def test_certificate_is_not_looked_at_where_the_kubeconfig_says_so(trust: Authority, tmp_path: Path) -> None:
    assert fault(trust, tmp_path, None, cluster={"insecure-skip-tls-verify": True})[0] is None


def test_certificate_file_that_is_none(trust: Authority, tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("no certificate")
    raised, _ = fault(trust, tmp_path, tmp_path / "ca")
    assert raised is not None
    assert raised.cause is Cause.CONFIGURATION


@pytest.mark.parametrize(
    "address", ["", "ftp://a", "https://", "https://[", "https://a:99999", "a.example", "https://a:b"]
)
def test_server_that_is_no_address(address: str, tmp_path: Path) -> None:
    path = kubeconfig(tmp_path / "config", address, None)

    async def run() -> None:
        async with open_client(str(path), "", 2.0) as client:
            await client.get(PATH)

    with pytest.raises(ClusterFault) as raised:
        asyncio.run(run())
    assert raised.value.cause is Cause.CONFIGURATION


def test_server_that_is_not_there(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path / "config", "http://127.0.0.1:1", None)

    async def run() -> None:
        async with open_client(str(path), "", 2.0) as client:
            await client.get(PATH)

    with pytest.raises(ClusterFault, match=r"no connection to 127\.0\.0\.1: .*refused") as raised:
        asyncio.run(run())
    assert raised.value.cause is Cause.UNREACHABLE


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\n[1]",
        b"HTTP/1.1 200 OK\r\n\r\n{",
        b"SSH-2.0-x\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 99_999,
    ],
    ids=["a-list", "half", "no-http", "nothing", "deep"],
)
def test_answer_that_is_none(answer: bytes, tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async def run(ask: Callable[[Client], Awaitable[object]]) -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            path = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{port}", None)
            async with open_client(str(path), "", 2.0) as client:
                with pytest.raises(ClusterFault):
                    await ask(client)

    asyncio.run(run(lambda client: client.get(PATH)))
    asyncio.run(run(lambda client: client.websocket(PATH, {}, "x", 1000)))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('{"items": [{"a": 1}, 2, null], "metadata": {}}', [{"a": 1}]),
        ('{"items": null}', []),
        ('{"items": 5}', "is no list"),
        ('{"items": [], "metadata": {"continue": "again"}}', "has no end"),
    ],
    ids=["objects", "null", "number", "endless"],
)
def test_list(answer: str, found: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpurules.cluster.client.PAGES", 3)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + answer.encode())
        writer.close()

    async def run() -> list[dict[str, Any]]:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            path = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{port}", None)
            async with open_client(str(path), "", 2.0) as client:
                return [item async for item in client.items(PATH)]

    if isinstance(found, str):
        with pytest.raises(ClusterFault, match=found):
            asyncio.run(run())
    else:
        assert asyncio.run(run()) == found


def test_answer_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpurules.cluster.answers.LARGEST_ANSWER", 100_000)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" " * 65536)
            await writer.drain()

    async def run() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            path = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{port}", None)
            async with open_client(str(path), "", 2.0) as client:
                with pytest.raises(ClusterFault, match="more than 100000 bytes"):
                    await client.get(PATH)

    asyncio.run(run())


def test_resolver_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, asked = threading.Event(), threading.Event()

    def hang(*words: object, **named: object) -> list[object]:
        asked.set()
        answer.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    path = kubeconfig(tmp_path / "config", at(443, "api.example"), None)

    async def run() -> None:
        async with open_client(str(path), "", 5.0) as client, asyncio.timeout(0.2):
            await client.get(PATH)

    try:
        with pytest.raises(TimeoutError):
            asyncio.run(run())
        assert asked.is_set()
        assert not answer.is_set()
    finally:
        answer.set()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        (UnicodeError("label too long"), "cannot be a host name"),
    ],
)
def test_name_that_does_not_resolve(
    error: Exception, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*words: object, **named: object) -> list[object]:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    path = kubeconfig(tmp_path / "config", at(443, "api.example"), None)

    async def run() -> None:
        async with open_client(str(path), "", 5.0) as client:
            await client.get(PATH)

    with pytest.raises(ClusterFault, match=f"no connection to api.example: .*{said}") as raised:
        asyncio.run(run())
    assert raised.value.cause is Cause.UNREACHABLE
