"""Requests that change objects: server-side apply, delete, reviews. Answers are bounded; a busy server gets time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gpurules.cluster.answers import PLAIN_JSON, json_object, refused_or_busy
from gpurules.cluster.client import Client
from gpurules.cluster.failures import as_faults
from gpurules.cluster.patience import patiently

APPLY = "application/apply-patch+yaml"
"""JSON is YAML (Kubernetes, server-side apply)."""


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
    return await patiently(lambda: _once(client, method, path, body, query, content_type))


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


async def _once(
    client: Client, method: str, path: str, body: object, query: Mapping[str, str] | None, content_type: str
) -> dict[str, Any]:
    headers = {**client.headers, **PLAIN_JSON}
    data = None
    if body is not None:
        headers["Content-Type"] = content_type
        data = json.dumps(body).encode("utf-8")
    with as_faults():
        async with client.session.request(
            method, client.url(path), params=query, data=data, headers=headers, allow_redirects=False, **client.way
        ) as response:
            if response.status not in (200, 201, 202):
                raise await refused_or_busy(response)
            return await json_object(response)
