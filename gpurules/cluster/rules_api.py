"""What a Prometheus says of the rules that it has loaded: its /api/v1/rules, on an address or behind the API server."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from gpurules.cluster.client import LARGEST_ANSWER, Client, _bounded, _decoded
from gpurules.cluster.failures import as_faults
from gpurules.cluster.fault import Cause, ClusterFault
from gpurules.cluster.redact import redacted
from gpurules.text.errors import InputError, Problem

RULES = "/api/v1/rules"
_SERVICE = re.compile(
    r"k8s://(?P<namespace>[a-z0-9-]{1,63})/(?P<name>[a-z0-9-]{1,63}):(?P<port>[a-z0-9-]{1,63})(?P<path>/.*)?"
)

ReadRules = Callable[[], Awaitable[dict[str, Any]]]


def rules_reader(client: Client, address: str) -> ReadRules:
    """What reads the rules of the Prometheus at ``address``: http(s)://..., or k8s://NAMESPACE/SERVICE:PORT through the
    API server. Raises InputError for anything else; the reader raises ClusterFault."""
    service = _SERVICE.fullmatch(address)
    if service:
        proxied = f"/api/v1/namespaces/{service['namespace']}/services/{service['name']}:{service['port']}/proxy"
        path = f"{proxied}{(service['path'] or '').rstrip('/')}{RULES}"
        return lambda: client.get(path)
    if _is_plain(address):
        return lambda: _read(client, address.rstrip("/") + RULES)
    advice = "write http://HOST:PORT, or k8s://NAMESPACE/SERVICE:PORT"
    raise InputError(Problem(f"--prometheus: {redacted(address)} is no address of a Prometheus", advice=advice))


def _is_plain(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and not (parts.query or parts.fragment or parts.username)
        )
    except ValueError:
        return False


async def _read(client: Client, url: str) -> dict[str, Any]:
    """Without the credentials of the cluster: they are for the API server alone."""
    with as_faults():
        async with client.session.get(url, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as response:
            if response.status != 200:
                raise ClusterFault(Cause.STATUS, f"Prometheus answered {response.status}", response.status)
            return _decoded(await _bounded(response, LARGEST_ANSWER))
