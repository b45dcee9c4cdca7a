"""Requests to the Kubernetes API: JSON objects, lists in pages, websockets. Every answer is bounded."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypedDict
from urllib.parse import urlsplit

import aiohttp
from kubernetes.aio import client

from gpurules.cluster.answers import PLAIN_JSON, json_object, refusal, refused_or_busy
from gpurules.cluster.failures import as_faults
from gpurules.cluster.fault import Cause, ClusterFault
from gpurules.cluster.login import Login, log_in
from gpurules.cluster.patience import patiently
from gpurules.cluster.proxy import proxy_for
from gpurules.cluster.redact import redacted
from gpurules.cluster.resolver import DetachedResolver
from gpurules.cluster.websocket import WebSocket

PAGE = 250
"""Objects in one page of a list; a VMI has about 10 kB."""

PAGES = 1000
UNAUTHORIZED = 401


class _Way(TypedDict):
    """What each request says about the way to the server."""

    proxy: str | None
    ssl: ssl.SSLContext
    server_hostname: str | None


@dataclass(slots=True)
class Client:
    """A session with the API server. ``open_client`` makes one. ``unknown``: the server did not know us."""

    kubeconfig: str
    context: str
    timeout: float
    login: Login
    session: aiohttp.ClientSession
    way: _Way
    unknown: bool = False

    async def renew(self) -> None:
        """Obtain the credentials again, within ``timeout``, if they end soon or were refused. Raises ClusterFault."""
        if self.unknown or self.login.to_be_renewed:
            self.login = await log_in(self.kubeconfig, self.context, self.timeout)
            self.way, self.unknown = _way(self.login), False

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON object at ``path``; a busy server is asked again, a few times.

        Raises ClusterFault, with the API's message where it refuses.
        """
        return await patiently(lambda: self._get(path, query))

    async def _get(self, path: str, query: Mapping[str, str] | None) -> dict[str, Any]:
        headers = {**self.headers, **PLAIN_JSON}
        with self._noting_refusals(), as_faults():
            async with self.session.get(
                self.url(path), params=query, headers=headers, allow_redirects=False, **self.way
            ) as response:
                if response.status != 200:
                    raise await refused_or_busy(response)
                return await json_object(response)

    async def items(self, path: str, query: Mapping[str, str] | None = None) -> AsyncIterator[dict[str, Any]]:
        """The objects of the list at ``path``; one page at a time is held. Raises ClusterFault."""
        async for page in self.pages(path, query):
            for item in page.get("items") or ():
                if isinstance(item, dict):
                    yield item

    async def pages(self, path: str, query: Mapping[str, str] | None = None) -> AsyncIterator[dict[str, Any]]:
        """The list at ``path`` in pages, each with ``metadata`` and ``items``. Raises ClusterFault."""
        wanted = {**(query or {}), "limit": str(PAGE)}
        for _ in range(PAGES):
            page = await self.get(path, wanted)
            if not isinstance(page.get("items") or [], list):
                raise ClusterFault(Cause.ANSWER, f"{path} is no list")
            yield page
            metadata = page.get("metadata")
            resume = metadata.get("continue") if isinstance(metadata, dict) else None
            if not resume:
                return
            wanted["continue"] = str(resume)
        raise ClusterFault(Cause.ANSWER, f"the list {path} has no end")

    async def websocket(self, path: str, query: Mapping[str, str], protocol: str, largest: int) -> WebSocket:
        """A websocket at ``path``; ``largest`` bounds each message in bytes. Raises ClusterFault.

        The caller looks at ``WebSocket.protocol``: the server may have chosen another than ``protocol``, or none.
        """
        with self._noting_refusals(), as_faults():
            # With the scheme https, not wss, the proxies of https apply.
            opened = await self.session.ws_connect(
                self.url(path),
                params=query,
                headers=self.headers,
                protocols=(protocol,),
                max_msg_size=largest,
                autoclose=False,
                **self.way,
            )
        return WebSocket(opened)

    async def close(self) -> None:
        """End the session."""
        await self.session.close()

    @contextmanager
    def _noting_refusals(self) -> Iterator[None]:
        try:
            yield
        except ClusterFault as fault:
            self.unknown = self.unknown or fault.status == UNAUTHORIZED
            raise

    def url(self, path: str) -> str:
        """The address of ``path``."""
        return self.login.configuration.host.rstrip("/") + path

    @property
    def headers(self) -> dict[str, str]:
        """Who we are to the API server, and to nobody else."""
        token = self.login.configuration.api_key.get("BearerToken")
        return {"Authorization": token} if token else {}


@asynccontextmanager
async def open_client(kubeconfig: str, context: str, timeout: float) -> AsyncIterator[Client]:
    """Log in within ``timeout`` seconds, and end the session at the end. Raises ClusterFault."""
    login = await log_in(kubeconfig, context, timeout)
    way = _way(login)
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, resolver=DetachedResolver()),
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(_explain_refusal,),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=timeout, sock_read=timeout),
        trust_env=False,
    )
    opened = Client(kubeconfig, context, timeout, login, session, way)
    try:
        yield opened
    finally:
        await opened.close()


def _way(login: Login) -> _Way:
    configuration = login.configuration
    if not configuration.host:
        raise ClusterFault(Cause.CONFIGURATION, "the kubeconfig's cluster has no server")
    if not _is_address(configuration.host):
        raise ClusterFault(Cause.CONFIGURATION, f"the server {redacted(str(configuration.host))} is no https address")
    try:
        trust = client.ApiClient(configuration).rest_client.ssl_context
    except (ssl.SSLError, OSError, ValueError) as error:
        why = str(error.reason).replace("_", " ").lower() if isinstance(error, ssl.SSLError) else redacted(str(error))
        raise ClusterFault(
            Cause.CONFIGURATION,
            f"the certificates of the kubeconfig cannot be used: {why}",
            advice="see its certificate-authority, client-certificate and client-key",
        ) from None
    # Since Python 3.13 certificates are held against all of RFC 5280, which those of many clusters do not satisfy.
    trust.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return {
        "proxy": proxy_for(configuration.host, configuration.proxy, os.environ),
        "ssl": trust,
        "server_hostname": configuration.tls_server_name,
    }


def _is_address(server: object) -> bool:
    try:
        parts = urlsplit(str(server))
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


async def _explain_refusal(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Read why a websocket is refused: aiohttp drops the body of the answer, which says it."""
    response = await handler(request)
    if "Upgrade" in request.headers and response.status != 101:
        try:
            raise await refusal(response)
        finally:
            response.close()
    return response
