"""The store behind HTTP and TLS: discovery, lists in pages, reviews, and moods.

A mood answers a request in the server's place: refuses, breaks, is slow, answers nonsense.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from api_server.operators import STATUSES
from api_server.store import Key, Rejected, Store
from api_server.watching import watched
from kubernetes_api.server import TOKEN

RESOURCES = {
    "prometheusrules": ("monitoring.coreos.com", "v1", "PrometheusRule"),
    "prometheuses": ("monitoring.coreos.com", "v1", "Prometheus"),
    "thanosrulers": ("monitoring.coreos.com", "v1", "ThanosRuler"),
    "prometheusagents": ("monitoring.coreos.com", "v1alpha1", "PrometheusAgent"),
    "podmonitors": ("monitoring.coreos.com", "v1", "PodMonitor"),
    "vmrules": ("operator.victoriametrics.com", "v1beta1", "VMRule"),
    "vmagents": ("operator.victoriametrics.com", "v1beta1", "VMAgent"),
    "vmalerts": ("operator.victoriametrics.com", "v1beta1", "VMAlert"),
    "virtualmachineinstances": ("kubevirt.io", "v1", "VirtualMachineInstance"),
    "namespaces": ("", "v1", "Namespace"),
    "pods": ("", "v1", "Pod"),
    "customresourcedefinitions": ("apiextensions.k8s.io", "v1", "CustomResourceDefinition"),
}

REQUIREMENT = re.compile(r"([^=,() ]+)(?:=([^,]*)| in \(([^)]*)\))(?:,|$)")
"""``key=value`` or ``key in (a, b)`` of a label selector."""

Mood = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
"""Answers in the server's place; None lets the server answer."""


@dataclass
class Server:
    """What the double has and saw.

    ``resources``: what is served. ``denied``: verbs that reviews deny. ``moods``: they answer first.
    ``requests``: method and path with query of each request; ``bodies`` of those that write.
    """

    store: Store = field(default_factory=Store)
    resources: dict[str, tuple[str, str, str]] = field(default_factory=lambda: dict(RESOURCES))
    denied: set[str] = field(default_factory=set)
    moods: list[Mood] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    token: str = TOKEN
    version: str = "v1.36.0"
    page: int = 2
    port: int = 0
    accepts: bool | None = True
    """What the operator writes into the status of rules: accepted, refused, or nothing (None)."""
    operator_pause: float = 0.0
    """Seconds that the operator takes for it."""
    watchable: bool = True
    """Whether lists can be watched; a server that does not know the word answers with the list."""
    bookmark_pause: float = 0.05
    """Seconds between the bookmarks of a watch."""
    watch_seconds: float = 60.0
    """After which a watch is ended, whatever was asked for."""
    oldest: int = 0
    """Versions before this one are forgotten: a watch from there is answered with 410."""
    proxied: dict[str, Any] = field(default_factory=dict)
    """Path behind a service's proxy -> the JSON that answers."""

    def writes(self) -> list[str]:
        """Requests that changed something."""
        return [one for one in self.requests if not one.startswith(("GET", "POST")) and "dryRun=All" not in one]

    def application(self) -> web.Application:
        """The routes."""
        made = web.Application(middlewares=[self._first])
        made.router.add_get("/version", self._version)
        made.router.add_get("/apis", self._groups)
        made.router.add_post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", self._review)
        made.router.add_get("/api/v1/namespaces/{namespace}/services/{service}/proxy/{path:.*}", self._proxy)
        for prefix in ("/api/v1", "/apis/{group}/{version}"):
            made.router.add_get(prefix, self._resources)
            for scope in ("", "/namespaces/{namespace}"):
                made.router.add_get(f"{prefix}{scope}/{{resource}}", self._list)
                made.router.add_get(f"{prefix}{scope}/{{resource}}/{{name}}", self._get)
                made.router.add_patch(f"{prefix}{scope}/{{resource}}/{{name}}", self._apply)
                made.router.add_delete(f"{prefix}{scope}/{{resource}}/{{name}}", self._delete)
        made.router.add_route("*", "/{rest:.*}", self._unknown)
        return made

    @web.middleware
    async def _first(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path_qs}")
        if request.method in ("PATCH", "DELETE", "POST") and request.can_read_body:
            self.bodies.append(json.loads(await request.read()))
        for mood in self.moods:
            answer = await mood(request)
            if answer is not None:
                return answer
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return status(401, "Unauthorized", "Unauthorized")
        try:
            return await handler(request)
        except Rejected as rejected:
            return status(rejected.code, rejected.reason, rejected.message, rejected.causes)

    async def _version(self, request: web.Request) -> web.Response:
        return web.json_response({"gitVersion": self.version})

    async def _groups(self, request: web.Request) -> web.Response:
        found: dict[str, set[str]] = {"authorization.k8s.io": {"v1"}}
        for group, version, _ in self.resources.values():
            if group:
                found.setdefault(group, set()).add(version)
        groups = [
            {"name": name, "versions": [{"version": one} for one in sorted(versions)]}
            for name, versions in found.items()
        ]
        return web.json_response({"kind": "APIGroupList", "groups": groups})

    async def _resources(self, request: web.Request) -> web.Response:
        wanted = (request.match_info.get("group", ""), request.match_info.get("version", "v1"))
        found = [
            {
                "name": name,
                "kind": kind,
                "namespaced": name not in ("namespaces", "customresourcedefinitions"),
                "verbs": ["get"],
            }
            for name, (group, version, kind) in self.resources.items()
            if (group, version) == wanted
        ]
        return web.json_response({"kind": "APIResourceList", "resources": found}) if found else not_served()

    def _resource(self, request: web.Request) -> str:
        name = request.match_info["resource"]
        group, version, _ = self.resources.get(name, (None, None, None))
        if (group, version) != (request.match_info.get("group", ""), request.match_info.get("version", "v1")):
            raise web.HTTPNotFound(text="404 page not found\n")
        return name

    async def _list(self, request: web.Request) -> web.StreamResponse:
        resource, namespace = self._resource(request), request.match_info.get("namespace")
        if "list others" in self.denied and resource != "prometheusrules":
            raise Rejected(403, "Forbidden", f'{resource} is forbidden: User "ann" cannot list resource "{resource}"')
        wanted = [
            (found[1], (found[3] or found[2]).replace(" ", "").split(","))
            for found in REQUIREMENT.finditer(request.query.get("labelSelector", ""))
        ]
        found = [
            self.store.shown((kind, where, name))
            for (kind, where, name), body in sorted(self.store.objects.items())
            if kind == resource
            and namespace in (None, where)
            and all(body["metadata"].get("labels", {}).get(key) in values for key, values in wanted)
        ]
        if request.query.get("watch") and self.watchable:
            if f"watch {resource}" in self.denied:
                raise Rejected(403, "Forbidden", f'{resource} is forbidden: User "ann" cannot watch resource')
            return await watched(self, request, resource, namespace, dict(wanted))
        first = int(request.query.get("continue") or 0)
        resume = str(first + self.page) if first + self.page < len(found) else ""
        # A list's items carry neither kind nor apiVersion.
        items = [{key: value for key, value in body.items() if key not in ("kind", "apiVersion")} for body in found]
        metadata = {"continue": resume, "resourceVersion": str(self.store.version)}
        return web.json_response({"items": items[first : first + self.page], "metadata": metadata})

    async def _get(self, request: web.Request) -> web.Response:
        resource, name = self._resource(request), request.match_info["name"]
        if f"get {resource}" in self.denied:
            raise Rejected(403, "Forbidden", f'{resource} "{name}" is forbidden: User "ann" cannot get resource')
        body = self.store.objects.get((resource, request.match_info.get("namespace", ""), name))
        if body is None:
            raise Rejected(404, "NotFound", f'{resource} "{name}" not found')
        return web.json_response(body)

    async def _apply(self, request: web.Request) -> web.Response:
        resource, namespace = self._resource(request), request.match_info.get("namespace", "")
        if request.content_type != "application/apply-patch+yaml":
            raise Rejected(
                415,
                "UnsupportedMediaType",
                f"the body of the request was in an unknown format - {request.content_type}",
            )
        if "patch" in self.denied:
            raise Rejected(403, "Forbidden", f'{resource} is forbidden: User "ann" cannot patch resource "{resource}"')
        if ("namespaces", "", namespace) not in self.store.objects:
            raise Rejected(404, "NotFound", f'namespaces "{namespace}" not found')
        created, body = self.store.apply(
            (resource, namespace, request.match_info["name"]),
            json.loads(await request.read()),
            request.query.get("fieldManager", ""),
            force=request.query.get("force") == "true",
            dry_run=request.query.get("dryRun") == "All",
        )
        if request.query.get("dryRun") != "All" and resource in STATUSES:
            key = (resource, namespace, request.match_info["name"])
            if self.operator_pause:
                asyncio.get_running_loop().call_later(self.operator_pause, self._report, key)
            else:
                self._report(key)
        return web.json_response(body, status=201 if created else 200)

    def _report(self, key: Key) -> None:
        """The operator has looked at a rule object."""
        body = self.store.objects.get(key)
        if body is not None:
            made = STATUSES[key[0]](self.accepts, body["metadata"]["generation"]) if self.accepts is not None else None
            self.store.report(key, made)

    async def _delete(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read() or b"{}")
        key = (self._resource(request), request.match_info.get("namespace", ""), request.match_info["name"])
        self.store.delete(key, body.get("preconditions", {}).get("uid"), bool(body.get("dryRun")))
        return web.json_response({"kind": "Status", "status": "Success"})

    async def _review(self, request: web.Request) -> web.Response:
        attributes = json.loads(await request.read())["spec"]["resourceAttributes"]
        return web.json_response({"status": {"allowed": attributes["verb"] not in self.denied}}, status=201)

    async def _proxy(self, request: web.Request) -> web.Response:
        answer = self.proxied.get(f"{request.match_info['service']}/{request.match_info['path']}")
        if answer is None:
            raise Rejected(
                503, "ServiceUnavailable", f'no endpoints available for service "{request.match_info["service"]}"'
            )
        return web.json_response(answer() if callable(answer) else answer)

    async def _unknown(self, request: web.Request) -> web.Response:
        return not_served()


def status(code: int, reason: str, message: str, causes: list[dict[str, str]] | None = None) -> web.Response:
    """Kubernetes' way to refuse."""
    body: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code}
    if reason:
        body["reason"] = reason
    if causes:
        body["details"] = {"causes": causes}
    return web.json_response(body, status=code)


def not_served() -> web.Response:
    """What the server says of a path that nothing serves: text, not JSON."""
    return web.Response(status=404, text="404 page not found\n")


def on(method: str, part: str, answer: Callable[[], web.StreamResponse], times: int = 1_000_000) -> Mood:
    """Answers requests of ``method`` whose path and query hold ``part``, so many times."""
    left = times

    async def mood(request: web.Request) -> web.StreamResponse | None:
        nonlocal left
        if request.method == method and part in request.path_qs and left:
            left -= 1
            return answer()
        return None

    return mood


def breaking(method: str, part: str) -> Mood:
    """Ends the connection in the middle of an answer."""

    async def mood(request: web.Request) -> web.StreamResponse | None:
        if request.method != method or part not in request.path_qs:
            return None
        assert request.transport
        request.transport.write(
            b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"half'
        )
        request.transport.close()
        return web.Response()

    return mood


def slow(method: str, part: str, seconds: float = 60) -> Mood:
    """Says nothing for a while."""

    async def mood(request: web.Request) -> web.StreamResponse | None:
        if request.method == method and part in request.path_qs:
            await asyncio.sleep(seconds)
        return None

    return mood


@asynccontextmanager
async def running(server: Server, context: ssl.SSLContext | None) -> AsyncIterator[Server]:
    """The server on a free port of 127.0.0.1, with TLS where there is a ``context``."""
    runner = web.AppRunner(server.application(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()
