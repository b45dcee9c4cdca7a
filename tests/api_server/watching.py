"""A watch as the API server serves it: events after a version, bookmarks, and 410 where the version is forgotten."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from api_server.server import Server

LOOK = 0.01
"""Seconds between two looks at what has happened; the store is another thread's too."""


async def watched(
    server: Server, request: web.Request, resource: str, namespace: str | None, labels: Mapping[str, list[str]]
) -> web.StreamResponse:
    """The answer to a watch of a list, until its time is over."""
    version = int(request.query.get("resourceVersion") or 0)
    ends = time.monotonic() + min(float(request.query.get("timeoutSeconds") or 60), server.watch_seconds)
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    if version < server.oldest:
        await _send(answer, "ERROR", {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"})
        return answer
    bookmarks = request.query.get("allowWatchBookmarks") == "true"
    bookmarked = time.monotonic()
    while time.monotonic() < ends and request.transport and not request.transport.is_closing():
        history = list(server.store.history)
        for happened, kind, (found, where, _), body in history:
            if happened <= version or found != resource or namespace not in (None, where):
                continue
            if all(body["metadata"].get("labels", {}).get(key) in values for key, values in labels.items()):
                await _send(answer, kind, body)
        version = max([version, *(happened for happened, *_ in history[-1:])])
        if bookmarks and time.monotonic() - bookmarked > server.bookmark_pause:
            bookmarked = time.monotonic()
            await _send(answer, "BOOKMARK", {"metadata": {"resourceVersion": str(version)}})
        await asyncio.sleep(LOOK)
    return answer


async def _send(answer: web.StreamResponse, kind: str, body: dict[str, Any]) -> None:
    await answer.write(json.dumps({"type": kind, "object": body}).encode() + b"\n")
