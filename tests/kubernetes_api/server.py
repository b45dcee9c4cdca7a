"""The API server: VMIs, and their subresource ``vsock``, a websocket that leads to a host engine's double."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

SUBPROTOCOL = "plain.kubevirt.io"
TOKEN = "a-token-that-must-not-be-shown"
VMIS = "/apis/kubevirt.io/v1"
VSOCK = "/apis/subresources.kubevirt.io/v1/namespaces/{namespace}/virtualmachineinstances/{name}/vsock"


@dataclass
class Api:
    """What the double has and saw. ``engine`` is host and port of what the websockets lead to.

    ``requests`` are the paths with their queries, ``open`` how many websockets are open now.
    """

    vmis: list[dict[str, Any]] = field(default_factory=list)
    kubevirts: list[dict[str, Any]] = field(default_factory=list)
    engine: tuple[str, int] = ("127.0.0.1", 1)
    token: str = TOKEN
    port: int = 0
    requests: list[str] = field(default_factory=list)
    open: int = 0

    def application(self) -> web.Application:
        """The routes."""
        made = web.Application(middlewares=[self._authenticated])
        made.router.add_get(VSOCK, self._vsock)
        made.router.add_get(f"{VMIS}/virtualmachineinstances", self._list)
        made.router.add_get(f"{VMIS}/namespaces/{{namespace}}/virtualmachineinstances", self._list)
        made.router.add_get(f"{VMIS}/namespaces/{{namespace}}/virtualmachineinstances/{{name}}", self._get)
        made.router.add_get(f"{VMIS}/kubevirts", self._kubevirts)
        return made

    @web.middleware
    async def _authenticated(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.requests.append(request.path_qs)
        if request.headers.get("Authorization") not in (f"Bearer {self.token}", f"bearer {self.token}"):
            return status(401, "Unauthorized")
        return await handler(request)

    async def _list(self, request: web.Request) -> web.Response:
        """One object in a page, so that every list has several."""
        namespace = request.match_info.get("namespace")
        wanted = [part.partition("=") for part in request.query.get("labelSelector", "").split(",") if part]
        found = [
            vmi
            for vmi in self.vmis
            if namespace in (None, vmi["metadata"]["namespace"])
            and all(vmi["metadata"].get("labels", {}).get(key) == value for key, _, value in wanted)
        ]
        first = int(request.query.get("continue") or 0)
        resume = str(first + 1) if first + 1 < len(found) else ""
        return web.json_response({"items": found[first : first + 1], "metadata": {"continue": resume}})

    async def _get(self, request: web.Request) -> web.Response:
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        if name == "unreadable":
            return status(403, f'virtualmachineinstances.kubevirt.io "{name}" is forbidden')
        found = [
            vmi for vmi in self.vmis if (vmi["metadata"]["namespace"], vmi["metadata"]["name"]) == (namespace, name)
        ]
        if not found:
            return status(404, f'virtualmachineinstances.kubevirt.io "{name}" not found')
        return web.json_response(found[0])

    async def _kubevirts(self, request: web.Request) -> web.Response:
        return web.json_response({"items": self.kubevirts, "metadata": {}})

    async def _vsock(self, request: web.Request) -> web.StreamResponse:
        behaviour = BEHAVIOURS.get(request.match_info["name"], bridged)
        self.open += 1
        try:
            return await behaviour(self, request)
        finally:
            self.open -= 1


Behaviour = Callable[[Api, web.Request], Awaitable[web.StreamResponse]]


def status(code: int, message: str) -> web.Response:
    """Kubernetes' way to refuse."""
    return web.json_response({"kind": "Status", "status": "Failure", "message": message, "code": code}, status=code)


def refused(code: int, message: str) -> Behaviour:
    """Refuses the websocket."""

    async def serve(api: Api, request: web.Request) -> web.StreamResponse:
        return status(code, message)

    return serve


def plain(code: int, text: str, **headers: str) -> Behaviour:
    """Answers with text that is no Status object."""

    async def serve(api: Api, request: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text=text, headers=headers)

    return serve


async def accepted(request: web.Request, protocols: Sequence[str] = (SUBPROTOCOL,)) -> web.WebSocketResponse:
    """The websocket of a request."""
    socket = web.WebSocketResponse(protocols=protocols, max_msg_size=0, compress=False)
    await socket.prepare(request)
    return socket


async def bridged(api: Api, request: web.Request) -> web.StreamResponse:
    """What KubeVirt does: bytes of the messages to the guest and back, in pieces that fit no message of DCGM."""
    if request.query.get("tls") != "false":
        return status(500, "Internal error occurred: dialing virt-handler: websocket: bad handshake")
    reader, writer = await asyncio.open_connection(*api.engine)
    socket = await accepted(request)

    async def to_client() -> None:
        while data := await reader.read(1021):
            await socket.send_bytes(data)
        await socket.close()

    back = asyncio.create_task(to_client())
    async for message in socket:
        if message.type is WSMsgType.BINARY:
            writer.write(message.data)
    writer.close()
    back.cancel()
    return socket


def closes(code: int, after: int = 0) -> Behaviour:
    """Closes with a code after so many messages."""

    async def serve(api: Api, request: web.Request) -> web.StreamResponse:
        socket = await accepted(request)
        for _ in range(after):
            await socket.receive()
        await socket.close(code=code, message=b"gone")
        return socket

    return serve


async def breaks(api: Api, request: web.Request) -> web.StreamResponse:
    """The connection ends without a word in the middle of a message."""
    socket = await accepted(request)
    await socket.receive()
    assert request.transport
    request.transport.write(b"\x82\x7e\x10\x00half")
    request.transport.close()
    return socket


async def unheard(api: Api, request: web.Request) -> web.StreamResponse:
    """Accepts, and says nothing."""
    socket = await accepted(request)
    async for _ in socket:
        pass
    return socket


async def endless_message(api: Api, request: web.Request) -> web.StreamResponse:
    """A message of two megabytes."""
    socket = await accepted(request)
    await socket.send_bytes(bytes(2 << 20))
    async for _ in socket:
        pass
    return socket


async def never(api: Api, request: web.Request) -> web.StreamResponse:
    """Never answers the request."""
    await asyncio.sleep(3600)
    return web.Response()


async def other_protocol(api: Api, request: web.Request) -> web.StreamResponse:
    """Chooses a subprotocol that was not offered: none."""
    return await accepted(request, ("v4.channel.k8s.io",))


async def no_handshake(api: Api, request: web.Request) -> web.StreamResponse:
    """Says that it switches protocols, and has not understood which."""
    response = web.Response(status=101)
    response.headers["Upgrade"], response.headers["Connection"] = "websocket", "upgrade"
    return response


BEHAVIOURS: dict[str, Behaviour] = {
    "unauthorized": refused(401, "Unauthorized"),
    "forbidden": refused(
        403,
        'virtualmachineinstances.subresources.kubevirt.io "forbidden" is forbidden: User "ann" cannot get resource '
        '"virtualmachineinstances/vsock" in API group "subresources.kubevirt.io" in the namespace "tenant-a"',
    ),
    "gone": refused(404, 'virtualmachineinstance.kubevirt.io "gone" not found'),
    "no-kubevirt": plain(404, "404 page not found\n"),
    "unattached": refused(400, "VSOCK is not attached."),
    "stopped": refused(400, "Unable to connect to VirtualMachineInstance because phase is Failed instead of Running"),
    "unreached": refused(500, "Internal error occurred: dialing virt-handler: websocket: bad handshake"),
    "broken": refused(500, "Internal error occurred: something else"),
    "elsewhere": plain(302, "", Location="https://elsewhere.example/"),
    "long-refusal": plain(503, "x" * 100_000),
    "escapes": refused(503, "\x1b[31mred\x1b]8;;https://evil.example\x07 \u202eback"),
    "leaking": refused(503, f"no such user: Bearer {TOKEN}"),
    "other-protocol": other_protocol,
    "no-handshake": no_handshake,
    "never": never,
    "closes-at-once": closes(WSCloseCode.OK),
    "closes-in-the-middle": closes(WSCloseCode.OK, after=1),
    "fails-in-the-middle": closes(WSCloseCode.INTERNAL_ERROR, after=1),
    "breaks-in-the-middle": breaks,
    "unheard": unheard,
    "endless-message": endless_message,
}
"""The name of a VMI -> how its subresource behaves; every other leads to the engine."""


@asynccontextmanager
async def running(api: Api, context: ssl.SSLContext | None) -> AsyncIterator[Api]:
    """The API on a free port of 127.0.0.1, without TLS where ``context`` is None."""
    runner = web.AppRunner(api.application(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    api.port = runner.addresses[0][1]
    try:
        yield api
    finally:
        await runner.cleanup()
