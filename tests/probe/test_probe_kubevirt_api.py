"""The way through the KubeVirt API, against a double of the API over TLS that leads to an engine's double."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest

from gpurules.cluster.client import Client, open_client
from gpurules.probe.diagnosis.diagnose import class_of
from gpurules.probe.diagnosis.failure import Expectation
from gpurules.probe.observation import Medium, Observation, Sign, Step, Unreachable
from gpurules.probe.probing import probe
from gpurules.probe.target import Target, VmiAddress
from gpurules.probe.transports.kubevirt_api import LARGEST_MESSAGE
from gpurules.probe.transports.registry import transport_to
from gpurules.probe.transports.transport import Context
from host_engine.model import Guest, gpu
from host_engine.server import Server, tcp_socket
from kubernetes_api.access import Authority, authority, kubeconfig
from kubernetes_api.server import TOKEN, Api, running

T = TypeVar("T")

CONNECT = Observation(Step.CONNECT, Medium.API)
EXCHANGE = Observation(Step.EXCHANGE, Medium.API)

CASES: dict[str, tuple[Observation, str]] = {
    "unauthorized": (replace(CONNECT, http_status=401), "unauthorized"),
    "forbidden": (replace(CONNECT, http_status=403), "forbidden"),
    "gone": (replace(CONNECT, http_status=404), "vmi-not-found"),
    "no-kubevirt": (replace(CONNECT, http_status=404), "vmi-not-found"),
    "unattached": (replace(CONNECT, http_status=400, sign=Sign.VSOCK_NOT_ATTACHED), "vsock-not-attached"),
    "stopped": (replace(CONNECT, http_status=400, sign=Sign.VMI_NOT_RUNNING), "vmi-not-running"),
    "unreached": (replace(CONNECT, http_status=500, sign=Sign.GUEST_NOT_REACHED), "guest-not-reached"),
    "broken": (replace(CONNECT, http_status=500), "api-error"),
    "elsewhere": (replace(CONNECT, http_status=302), "api-error"),
    "long-refusal": (replace(CONNECT, http_status=503), "api-error"),
    "other-protocol": (replace(CONNECT, sign=Sign.WRONG_SUBPROTOCOL), "wrong-subprotocol"),
    "no-handshake": (replace(CONNECT, sign=Sign.NOT_A_WEBSOCKET), "wrong-subprotocol"),
    "never": (replace(CONNECT, sign=Sign.TIMEOUT), "api-unreachable"),
    "closes-at-once": (replace(EXCHANGE, sign=Sign.CLOSED), "closed-after-request"),
    "closes-in-the-middle": (replace(EXCHANGE, sign=Sign.CLOSED), "closed-after-request"),
    "fails-in-the-middle": (replace(EXCHANGE, close_code=1011), "closed-after-request"),
    "breaks-in-the-middle": (replace(EXCHANGE, close_code=1006), "closed-after-request"),
    "unheard": (replace(EXCHANGE, sign=Sign.SILENT), "silent"),
    "endless-message": (replace(EXCHANGE, sign=Sign.MESSAGE_TOO_LONG), "flood"),
}
"""The VMI, by the name that the double of the API goes by -> what is seen, and what class of failure that is."""


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("pki"))


@dataclass(frozen=True)
class World:
    """An API, a client logged in to it, and an engine behind it."""

    trust: Authority
    folder: Path

    def ask(self, conversation: Callable[[Api, Client, Server], Awaitable[T]]) -> T:
        """What ``conversation`` comes to with the three."""
        return asyncio.run(self._with_all(conversation))

    async def _with_all(self, conversation: Callable[[Api, Client, Server], Awaitable[T]]) -> T:
        engine = Server(Guest(gpus=(gpu(0),)))
        bound = tcp_socket()
        await engine.listen(bound)
        async with running(Api(engine=bound.getsockname()), self.trust.server) as api:
            path = kubeconfig(self.folder / "config", f"https://127.0.0.1:{api.port}", self.trust.ca_file)
            async with open_client(str(path), "", 5.0) as client:
                try:
                    return await conversation(api, client, engine)
                finally:
                    await engine.close()


@pytest.fixture
def world(trust: Authority, tmp_path: Path) -> World:
    return World(trust, tmp_path)


def address(name: str) -> VmiAddress:
    return VmiAddress("tenant-a", name)


@pytest.mark.parametrize("name", CASES)
def test_what_is_seen(name: str, world: World) -> None:
    async def conversation(api: Api, client: Client, engine: Server) -> str:
        transport = transport_to(address(name), Context(client))
        result = await probe(Target(name, address(name)), transport, Expectation(), 0.5)
        return result.findings[0].failure.id

    assert world.ask(conversation) == CASES[name][1]


@pytest.mark.parametrize("name", [name for name, (seen, _) in CASES.items() if seen.sign is not Sign.SILENT])
def test_observation(name: str, world: World) -> None:
    async def conversation(api: Api, client: Client, engine: Server) -> Observation | None:
        try:
            async with asyncio.timeout(0.5):
                connection = await transport_to(address(name), Context(client)).connect()
        except Unreachable as unreachable:
            return unreachable.observation
        except TimeoutError:
            return replace(CONNECT, sign=Sign.TIMEOUT)
        try:
            await connection.send(b"hello")
            while await connection.receive(100):
                pass
            return replace(EXCHANGE, sign=Sign.CLOSED)
        except Unreachable as unreachable:
            return unreachable.observation
        finally:
            await connection.close()

    seen = world.ask(conversation)
    assert seen is not None
    assert replace(seen, detail="") == CASES[name][0]
    assert class_of(CASES[name][0]).id == CASES[name][1]


def test_healthy_guest(world: World) -> None:
    async def conversation(api: Api, client: Client, engine: Server) -> tuple[list[str], list[str], int, int]:
        transport = transport_to(address("train-1"), Context(client))
        result = await probe(Target("train-1", address("train-1")), transport, Expectation(gpus=1), 5.0)
        await asyncio.sleep(0.05)
        return [finding.failure.id for finding in result.findings], api.requests, engine.connections, api.open

    findings, requests, connections, still_open = world.ask(conversation)
    assert findings == []
    assert requests == [
        "/apis/subresources.kubevirt.io/v1/namespaces/tenant-a/virtualmachineinstances/train-1/vsock?port=5555&tls=false"
    ]
    assert (connections, still_open) == (1, 0)


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("forbidden", 'User "ann" cannot get resource "virtualmachineinstances/vsock"'),
        ("no-kubevirt", "404 page not found"),
        ("escapes", r"\x1b[31mred\x1b]8;;https://evil.example\x07 \u202eback"),
    ],
)
def test_detail(name: str, detail: str, world: World) -> None:
    async def conversation(api: Api, client: Client, engine: Server) -> str:
        with pytest.raises(Unreachable) as raised:
            await transport_to(address(name), Context(client)).connect()
        return raised.value.observation.detail

    assert detail in world.ask(conversation)


@pytest.mark.parametrize("name", ["leaking", "long-refusal"])
def test_detail_is_short_and_shows_no_token(name: str, world: World) -> None:
    async def conversation(api: Api, client: Client, engine: Server) -> str:
        with pytest.raises(Unreachable) as raised:
            await transport_to(address(name), Context(client)).connect()
        return raised.value.observation.detail

    found = world.ask(conversation)
    assert TOKEN not in found
    assert len(found) < 400


def test_message_is_given_out_in_pieces(world: World) -> None:
    async def conversation(api: Api, client: Client, engine: Server) -> list[int]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(bytes(1000))
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            api.engine = server.sockets[0].getsockname()
            connection = await transport_to(address("train-1"), Context(client)).connect()
            pieces = [len(await connection.receive(300)) for _ in range(5)]
            await connection.close()
            return pieces

    assert world.ask(conversation) == [300, 300, 300, 100, 0]


def test_largest_message_holds_what_kubevirt_sends() -> None:
    assert LARGEST_MESSAGE >= 32 * 1024
