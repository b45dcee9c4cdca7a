"""The two ways to a Prometheus: directly, or through the service proxy of the Kubernetes API server."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Protocol, TypedDict
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from gpurules.cluster.answers import PLAIN_JSON
from gpurules.cluster.prometheus.access import Access
from gpurules.cluster.prometheus.address import Plain, Service
from gpurules.cluster.proxy import proxy_for
from gpurules.cluster.redact import redacted
from gpurules.cluster.resolver import DetachedResolver
from gpurules.text.errors import InputError, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gpurules.cluster.client import Client

LONGEST_QUERY = 2000
"""Bytes of a query in an address; a longer one is sent as a form. Proxies cut addresses from 4 to 8 kB on."""

Parameters = Sequence[tuple[str, str]]


class Route(Protocol):
    """Where requests go."""

    async def prepare(self) -> None:
        """Before each request. Raises ClusterFault where the way is barred."""

    def send(self, page: str, parameters: Parameters) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """One request, redirects not followed. Entering it raises what aiohttp raises."""


class _Request(TypedDict):
    """A request of aiohttp's."""

    method: str
    url: URL
    data: bytes | None
    headers: dict[str, str]
    allow_redirects: bool
    timeout: aiohttp.ClientTimeout


def _request(
    base: str, page: str, parameters: Parameters, headers: Sequence[tuple[str, str]], timeout: float
) -> _Request:
    text = urlencode(parameters)
    long = len(text) > LONGEST_QUERY
    all_headers = {**PLAIN_JSON, **dict(headers)}
    if long:
        all_headers["Content-Type"] = "application/x-www-form-urlencoded"
    return {
        "method": "POST" if long else "GET",
        "url": URL(base + page + (f"?{text}" if text and not long else ""), encoded=True),
        "data": text.encode("ascii") if long else None,
        "headers": all_headers,
        "allow_redirects": False,
        "timeout": aiohttp.ClientTimeout(total=timeout),
    }


class _Way(TypedDict):
    proxy: str | None
    ssl: ssl.SSLContext | bool


class Direct:
    """Straight to its address."""

    def __init__(self, access: Access, address: Plain, session: aiohttp.ClientSession, way: _Way) -> None:
        self._access, self._address, self._session, self._way = access, address, session, way

    async def prepare(self) -> None:
        """Nothing is to be done."""

    def send(self, page: str, parameters: Parameters) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """As Route says."""
        access = self._access
        request = _request(self._address.base, page, parameters, access.headers, access.timeout)
        return self._session.request(**request, **self._way)


class Proxied:
    """Through the API server, with the credentials of the kubeconfig."""

    def __init__(self, access: Access, service: Service, client: Client) -> None:
        self._access, self._service, self._client = access, service, client

    async def prepare(self) -> None:
        """Renew the credentials that end."""
        await self._client.renew()

    def send(self, page: str, parameters: Parameters) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """As Route says."""
        access, client = self._access, self._client
        headers = (*access.headers, *client.headers.items())
        request = _request(client.url(self._service.base), page, parameters, headers, access.timeout)
        return client.session.request(**request, **client.way)


@asynccontextmanager
async def open_route(access: Access, client: Client | None) -> AsyncIterator[Route]:
    """The way to ``access``; ``client`` is an open client of the cluster, where there is one already.

    Raises InputError for files that cannot be used, ClusterFault where the cluster's configuration cannot.
    """
    address = access.address
    if isinstance(address, Service):
        if client is not None:
            yield Proxied(access, address, client)
            return
        from gpurules.cluster.client import open_client

        async with open_client(access.kubeconfig, access.context, access.timeout) as opened:
            yield Proxied(access, address, opened)
        return
    way: _Way = {"proxy": _proxy(access, address), "ssl": _trust(access) if address.secure else True}
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, resolver=DetachedResolver()),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )
    async with session:
        yield Direct(access, address, session, way)


def _proxy(access: Access, address: Plain) -> str | None:
    """The proxy that the environment names, as for the API server. Raises InputError before it is told a secret."""
    proxy = proxy_for(address.base, None, os.environ)
    if proxy and access.secret and not address.secure:
        message = f"{address.base} is asked through the proxy of HTTP_PROXY, which would see the credentials"
        raise InputError(Problem(message, advice="use https://, or name the host in NO_PROXY"))
    return proxy


def _trust(access: Access) -> ssl.SSLContext:
    with _usable("--ca-file", access.ca):
        context = ssl.create_default_context(cafile=access.ca or None)
    # Since Python 3.13 certificates are held against all of RFC 5280, which those of many clusters do not satisfy.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if access.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if access.certificate:
        with _usable("--cert-file", access.certificate):
            context.load_cert_chain(access.certificate, access.key or None, password=_no_password)
    return context


def _no_password() -> str:
    raise ValueError("the key is encrypted")


@contextmanager
def _usable(option: str, path: str) -> Iterator[None]:
    try:
        yield
    except (ssl.SSLError, OSError, ValueError) as error:
        reason = redacted(str(getattr(error, "strerror", None) or error))
        raise InputError(Problem(f"{option} {path} cannot be used: {reason}", advice="it must be PEM")) from None
