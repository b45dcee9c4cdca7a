"""What is asked for and what comes back: bounded JSON objects, and refusals in the server's words."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from gpurules.cluster.fault import Cause, ClusterFault
from gpurules.cluster.patience import Busy, retry_after
from gpurules.cluster.redact import redacted

PLAIN_JSON = {"Accept": "application/json", "Accept-Encoding": "identity"}
"""Headers of every request: a compressed answer could be bounded only after it has been unpacked."""
LARGEST_ANSWER = 64 * 1024 * 1024
LARGEST_REFUSAL = 256 * 1024
BUSY = (429, 503, 504)
"""The server asks for patience: the request was not carried out, or can be repeated since all of ours can."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One cause that the server names: the ``field``, a machine's ``reason`` and the ``message``."""

    field: str
    reason: str
    message: str


class Refused(ClusterFault):
    """The server answered with an error. ``reason`` is a machine's word such as ``Conflict``, empty where the answer
    was no Status; ``complaints`` are its causes."""

    def __init__(self, status: int, message: str, reason: str = "", complaints: tuple[Complaint, ...] = ()) -> None:
        self.reason = reason
        self.complaints = complaints
        super().__init__(Cause.STATUS, message, status)


async def json_object(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The object that answers. Raises ClusterFault where it is none, or too long."""
    body = await _bounded(response, LARGEST_ANSWER)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise ClusterFault(Cause.ANSWER, "the answer is no JSON") from None
    if not isinstance(found, dict):
        raise ClusterFault(Cause.ANSWER, "the answer is no object")
    return found


async def refusal(response: aiohttp.ClientResponse) -> Refused:
    """What the server says of its refusal: a Status object of Kubernetes, or the first line of text."""
    body = b""
    with suppress(aiohttp.ClientError, ClusterFault, TimeoutError):
        body = await _bounded(response, LARGEST_REFUSAL)
    try:
        status = json.loads(body)
        message, reason, details = str(status["message"]), str(status.get("reason") or ""), status.get("details")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        text = body.decode("utf-8", "replace").strip().partition("\n")[0]
        return Refused(response.status, redacted(text) or response.reason or "no reason given")
    causes = details.get("causes") if isinstance(details, dict) else None
    complaints = tuple(
        Complaint(*(redacted(str(each.get(key) or "")) for key in ("field", "reason", "message")))
        for each in (causes if isinstance(causes, list) else ())[:100]
        if isinstance(each, dict)
    )
    return Refused(response.status, redacted(message) or response.reason or "no reason given", reason, complaints)


async def refused_or_busy(response: aiohttp.ClientResponse) -> Exception:
    """What is raised for an answer that is an error: Busy where asking again may help, else the refusal."""
    found = await refusal(response)
    if response.status not in BUSY:
        return found
    return Busy(lambda more: _with(found, more), retry_after(response.headers))


def _with(found: Refused, more: str) -> Refused:
    return Refused(found.status, found.detail + more, found.reason, found.complaints)


async def _bounded(response: aiohttp.ClientResponse, largest: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > largest:
            raise ClusterFault(Cause.ANSWER, f"the answer has more than {largest} bytes", response.status)
    return bytes(body)
