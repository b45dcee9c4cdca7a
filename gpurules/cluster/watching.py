"""What is in a list and which version it is of, and the changes after that version: a watch of the Kubernetes API.

Source: Kubernetes, API concepts: efficient detection of changes (bookmarks, 410 Gone).
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp

from gpurules.cluster.answers import PLAIN_JSON, Refused, refusal
from gpurules.cluster.client import Client
from gpurules.cluster.failures import as_faults
from gpurules.cluster.fault import Cause, ClusterFault
from gpurules.cluster.redact import redacted

LARGEST_EVENT = 16 * 1024 * 1024
GONE = 410
DELETED, BOOKMARK, ERROR = "DELETED", "BOOKMARK", "ERROR"
CHANGES = ("ADDED", "MODIFIED", DELETED)


class Gone(Exception):
    """The server does not know what happened since so old a version: list again."""


@dataclass(frozen=True, slots=True)
class Event:
    """``kind`` is ADDED, MODIFIED, DELETED, or BOOKMARK, whose ``body`` says a version and nothing else."""

    kind: str
    body: Mapping[str, Any]

    @property
    def version(self) -> str:
        """The version from which a watch goes on after this."""
        return version_of(self.body)


def version_of(body: Mapping[str, Any]) -> str:
    """The resourceVersion of an object or a list; empty where it has none."""
    metadata = body.get("metadata")
    return str(metadata.get("resourceVersion") or "") if isinstance(metadata, dict) else ""


async def snapshot(
    client: Client, path: str, query: Mapping[str, str] | None = None
) -> tuple[list[dict[str, Any]], str]:
    """The objects of the list at ``path``, and the version to watch from. Raises ClusterFault."""
    items: list[dict[str, Any]] = []
    version = ""
    async for page in client.pages(path, query):
        version = version or version_of(page)
        items += [each for each in page.get("items") or () if isinstance(each, dict)]
    return items, version


async def watch(
    client: Client, path: str, query: Mapping[str, str], version: str, seconds: float
) -> AsyncGenerator[Event]:
    """The changes of the list at ``path`` after ``version``, for ``seconds`` at most; the server may end it earlier.

    Raises Gone; Refused where the server does not let us watch; ClusterFault where the answer is no watch.
    """
    wanted = {
        **query,
        "watch": "true",
        "allowWatchBookmarks": "true",
        "resourceVersion": version,
        "timeoutSeconds": str(math.ceil(seconds)),
    }
    headers = {**client.headers, **PLAIN_JSON}
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=client.timeout, sock_read=None)
    request = partial(client.session.get, headers=headers, allow_redirects=False, timeout=timeout, **client.way)
    deadline = asyncio.get_running_loop().time() + seconds
    with suppress(TimeoutError):
        async with asyncio.timeout_at(deadline):
            with as_faults():
                response = await request(client.url(path), params=wanted)
        try:
            if response.status == GONE:
                raise Gone
            if response.status != 200:
                raise await refusal(response)
            async for line in _lines(response, deadline):
                yield _event(line)
        finally:
            response.close()


async def _lines(response: aiohttp.ClientResponse, deadline: float) -> AsyncIterator[bytes]:
    """Lines until the server ends them. Raises TimeoutError at the ``deadline``."""
    held = bytearray()
    while True:
        async with asyncio.timeout_at(deadline):
            with as_faults():
                chunk = await response.content.readany()
        if not chunk:
            if held.strip():
                yield bytes(held)
            return
        held += chunk
        *lines, rest = held.split(b"\n")
        for line in lines:
            if line.strip():
                yield bytes(line)
        held = bytearray(rest)
        if len(held) > LARGEST_EVENT:
            raise ClusterFault(Cause.ANSWER, f"an event has more than {LARGEST_EVENT} bytes")


def _event(line: bytes) -> Event:
    try:
        found = json.loads(line)
        kind, body = found["type"], found["object"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ClusterFault(Cause.ANSWER, "what should be a watch is none") from None
    if not isinstance(body, dict):
        raise ClusterFault(Cause.ANSWER, "an event is of no object")
    if kind == ERROR:
        code = body.get("code")
        if code == GONE:
            raise Gone
        raise Refused(code if isinstance(code, int) else 500, redacted(str(body.get("message") or "")))
    if kind not in (*CHANGES, BOOKMARK):
        raise ClusterFault(Cause.ANSWER, "an event is of no kind that is known")
    return Event(kind, body)
