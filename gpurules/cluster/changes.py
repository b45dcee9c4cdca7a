"""Requests that change objects: server-side apply, delete, reviews. Answers are bounded; a busy server gets time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from gpurules.cluster.client import LARGEST_ANSWER, Client, _bounded, _decoded
from gpurules.cluster.failures import as_faults
from gpurules.cluster.fault import Cause, ClusterFault
from gpurules.cluster.redact import redacted

APPLY = "application/apply-patch+yaml"
"""JSON is YAML (Kubernetes, server-side apply)."""
LARGEST_REFUSAL = 256 * 1024
ATTEMPTS = 4
LONGEST_PAUSE = 10.0
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


async def send(
    client: Client,
    method: str,
    path: str,
    *,
    body: object = None,
    query: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> dict[str, Any]:
    """The JSON object that answers; a busy server is asked again, a few times.

    Raises Refused for an answer that is an error, ClusterFault where there is no answer that can be understood.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await _once(client, method, path, body, query, content_type)
        except _Busy as busy:
            if attempt == ATTEMPTS:
                raise busy.refusal from None
            await asyncio.sleep(min(busy.pause or 0.25 * 2**attempt, LONGEST_PAUSE))
    raise AssertionError("unreachable")


async def listed(client: Client, path: str, query: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Every object of the list at ``path``. Raises ClusterFault."""
    return [each async for each in client.items(path, query)]


async def apply(
    client: Client, path: str, body: Mapping[str, object], *, manager: str, force: bool, dry_run: bool
) -> dict[str, Any]:
    """The object as it is after a server-side apply of ``body`` at ``path``. Raises as ``send`` does."""
    query = {"fieldManager": manager, "force": "true" if force else "false", "fieldValidation": "Strict"}
    if dry_run:
        query["dryRun"] = "All"
    return await send(client, "PATCH", path, body=body, query=query, content_type=APPLY)


async def delete(client: Client, path: str, *, uid: str, dry_run: bool) -> None:
    """Delete the object at ``path`` if it is still the one with ``uid``. Raises as ``send`` does."""
    body: dict[str, object] = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}
    if dry_run:
        body["dryRun"] = ["All"]
    await send(client, "DELETE", path, body=body)


async def may(client: Client, verb: str, group: str, resource: str, namespace: str) -> bool:
    """Whether we may do ``verb``, by a SelfSubjectAccessReview. Raises as ``send`` does."""
    attributes = {"verb": verb, "group": group, "resource": resource, "namespace": namespace}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = await send(client, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body=review)
    status = answer.get("status")
    return isinstance(status, dict) and status.get("allowed") is True


class _Busy(Exception):
    """The server asked for patience: ``pause`` seconds, 0 where it did not say how long."""

    def __init__(self, refusal: Refused, pause: float) -> None:
        super().__init__()
        self.refusal, self.pause = refusal, pause


async def _once(
    client: Client, method: str, path: str, body: object, query: Mapping[str, str] | None, content_type: str
) -> dict[str, Any]:
    headers = {**client.headers, "Accept": "application/json", "Accept-Encoding": "identity"}
    data = None
    if body is not None:
        headers["Content-Type"] = content_type
        data = json.dumps(body).encode("utf-8")
    with as_faults():
        async with client.session.request(
            method, client.url(path), params=query, data=data, headers=headers, allow_redirects=False, **client.way
        ) as response:
            if response.status in (200, 201, 202):
                return _decoded(await _bounded(response, LARGEST_ANSWER))
            refused = await refusal(response)
            if response.status in BUSY:
                raise _Busy(refused, _seconds(response.headers.get("Retry-After", "")))
            raise refused


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
    return Refused(response.status, redacted(message) or response.reason or "", reason, complaints)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0.0
