"""Bad servers: each refusal is one sentence, nothing is written, and no secret is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from rollout_cluster import NAMESPACE, Cluster, cluster

from api_server.server import breaking, not_served, on, slow, status
from gpurules.cluster import patience
from gpurules.text.errors import CheckFailed, EnvironmentFault, InputError
from kubernetes_api.server import TOKEN

RULES = f"/apis/monitoring.coreos.com/v1/namespaces/{NAMESPACE}/prometheusrules"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path / "cluster") as made:
        yield made


INTERVAL = [{"field": "spec.groups[0].interval", "reason": "FieldValueInvalid", "message": "must match"}]
UNDECLARED = "failed to create typed patch object (a; b): .spec.groups[0].labels: field not declared in schema"
BAD = [
    (
        "401",
        on("GET", "/version", lambda: status(401, "Unauthorized", "Unauthorized")),
        EnvironmentFault,
        "does not accept the credentials; log in again",
    ),
    (
        "403 text",
        on("GET", "/version", lambda: web.Response(status=403, text="Forbidden\n")),
        EnvironmentFault,
        "the API server refuses: Forbidden",
    ),
    (
        "404 text",
        on("GET", "/version", not_served),
        EnvironmentFault,
        "the API server answers 404: 404 page not found; see whether the kubeconfig names an API server",
    ),
    (
        "401 when evaluators are listed",
        on("GET", "/prometheuses", lambda: status(401, "Unauthorized", "Unauthorized")),
        EnvironmentFault,
        "does not accept the credentials",
    ),
    (
        "500 when evaluators are listed",
        on("GET", "/thanosrulers", lambda: status(500, "InternalError", "etcdserver: no leader")),
        EnvironmentFault,
        "answers 500: etcdserver: no leader; try again later",
    ),
    (
        "500 when what is obsolete is listed",
        on("GET", "/vmrules?", lambda: status(500, "InternalError", "etcdserver: no leader")),
        EnvironmentFault,
        "answers 500: etcdserver: no leader; try again later",
    ),
    ("broken when evaluators are listed", breaking("GET", "/prometheuses"), EnvironmentFault, "the answer breaks off"),
    (
        "429 for ever",
        on("PATCH", RULES, lambda: web.Response(status=429, headers={"Retry-After": "0"})),
        EnvironmentFault,
        "the API server answers 429",
    ),
    (
        "500",
        on("GET", "/apis", lambda: status(500, "InternalError", "etcdserver: no leader")),
        EnvironmentFault,
        "answers 500: etcdserver: no leader",
    ),
    (
        "500 in the dry run",
        on("PATCH", RULES, lambda: status(500, "InternalError", "webhook failed")),
        EnvironmentFault,
        "answers 500: webhook failed",
    ),
    (
        "403 in the dry run",
        on("PATCH", RULES, lambda: status(403, "Forbidden", 'admission webhook "x" denied the request')),
        EnvironmentFault,
        "the API server forbids it",
    ),
    (
        "409 of another kind",
        on("PATCH", RULES, lambda: status(409, "Conflict", "the object has been modified")),
        CheckFailed,
        "the object has been modified; run the same command again",
    ),
    (
        "422",
        on("PATCH", RULES, lambda: status(422, "Invalid", "is invalid", INTERVAL)),
        InputError,
        "does not accept it: spec.groups[0].interval: must match",
    ),
    (
        "unknown field",
        on("PATCH", RULES, lambda: status(500, "", UNDECLARED)),
        InputError,
        "the CRD of this cluster may be too old for it",
    ),
    ("slow", slow("GET", "/version"), EnvironmentFault, "no answer in time"),
    ("broken", breaking("GET", "/apis"), EnvironmentFault, "the API server cannot be asked"),
    ("html", on("GET", "/version", lambda: web.Response(text="<html>")), EnvironmentFault, "the answer is no JSON"),
    ("list", on("GET", "/version", lambda: web.json_response([])), EnvironmentFault, "the answer is no object"),
    (
        "redirect",
        on("GET", "/version", lambda: web.Response(status=302, headers={"Location": "https://elsewhere.example/"})),
        EnvironmentFault,
        "answers 302",
    ),
    ("nonsense", on("PATCH", RULES, lambda: web.json_response({"metadata": "x", "spec": {"a": [[[]]]}})), None, ""),
    (
        "secrets",
        on("GET", "/version", lambda: status(500, "x", f"token: {TOKEN} Bearer abc\x1b[31m")),
        EnvironmentFault,
        "answers 500",
    ),
]


@pytest.mark.parametrize(("mood", "error", "says"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_servers(here: Cluster, mood: Any, error: Any, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.01)
    here.server.moods.append(mood)
    if error is None:
        here.apply(dry_run=True)
    else:
        with pytest.raises(error) as caught:
            here.apply()
        text = str(caught.value)
        assert says in text
        assert TOKEN not in text
        assert "\x1b" not in text
    assert here.server.writes() == []


BUSY = [("PATCH", RULES), ("GET", "/version"), ("GET", "prometheuses"), ("GET", "labelSelector"), ("POST", "/")]


@pytest.mark.parametrize("status", [429, 503, 504])
@pytest.mark.parametrize(("method", "part"), BUSY, ids=[" ".join(row) for row in BUSY])
def test_a_busy_server_is_asked_again(
    here: Cluster, method: str, part: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []

    async def sleep(seconds: float) -> None:
        paused.append(seconds)

    monkeypatch.setattr(patience, "sleep", sleep)
    answer = web.Response
    here.server.moods.append(on(method, part, lambda: answer(status=status, headers={"Retry-After": "2"}), 3))
    here.apply(wait=0.0)
    assert paused == [2.0, 2.0, 2.0]
    assert here.rule()


@pytest.mark.parametrize("seconds", ["3600", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_server_that_asks_for_much_patience_is_left_alone(here: Cluster, seconds: str) -> None:
    here.server.moods.append(
        on("PATCH", RULES, lambda: web.Response(status=429, text="overloaded", headers={"Retry-After": seconds}))
    )
    with pytest.raises(
        EnvironmentFault, match=r"answers 429: overloaded; it asks to be left alone for \d+ s; try again"
    ):
        here.apply()
    assert sum(one.startswith("PATCH") for one in here.server.requests) == 1


def test_a_run_that_stopped_half_way_can_be_repeated(here: Cluster) -> None:
    here.server.moods.append(cut_off)
    with pytest.raises(EnvironmentFault, match="run the same command again"):
        here.apply()
    here.server.moods.clear()
    here.apply()
    assert here.rule()


async def cut_off(request: web.Request) -> web.StreamResponse | None:
    """Ends the connection when something is really written."""
    if request.method != "PATCH" or "dryRun" in request.query:
        return None
    assert request.transport
    request.transport.close()
    return web.Response()
