"""Waiting for the operator: one list and one watch where the API server lets us, lists where it does not."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from rollout_cluster import NAMESPACE, Cluster, cluster, named, namespace

from api_server.server import Mood, Server
from gpurules.rollout import acceptance
from gpurules.text.errors import CheckFailed, EnvironmentFault

RULES = f"/apis/monitoring.coreos.com/v1/namespaces/{NAMESPACE}/prometheusrules"
VERSION = re.compile(r"watch=true.*resourceVersion=([0-9]+)")
KEY = ("prometheusrules", NAMESPACE, "gpurules")
ACCEPTED = f"PrometheusRule {NAMESPACE}/gpurules is accepted by prometheuses monitoring/k8s"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path / "cluster", Server(operator_pause=0.3)) as made:
        yield made


def asked(here: Cluster) -> list[str]:
    """What was asked of the rules after they were written: ``list``, ``watch`` or ``get``."""
    written = max(position for position, one in enumerate(here.server.requests) if one.startswith("PATCH"))
    later = [one for one in here.server.requests[written + 1 :] if RULES in one]
    return ["watch" if "watch=true" in one else "list" if "labelSelector" in one else "get" for one in later]


def test_a_slow_operator_costs_one_list_and_one_watch(here: Cluster) -> None:
    here.apply()
    assert here.said[-1] == ACCEPTED
    assert asked(here) == ["list", "watch"]


def test_an_operator_that_was_there_before_is_believed_at_once(here: Cluster) -> None:
    here.apply()
    here.apply()
    assert here.said[-1] == ACCEPTED
    assert asked(here) == ["list"]


def test_the_watch_goes_on_after_changes_that_decide_nothing(here: Cluster) -> None:
    here.server.operator_pause = 0.6
    with doing(here, lambda: here.server.store.report(KEY, {"bindings": []})):
        here.apply()
    assert here.said[-1] == ACCEPTED
    assert asked(here) == ["list", "watch"]


def test_a_watch_that_the_server_ends_goes_on_from_its_last_bookmark(here: Cluster) -> None:
    here.server.operator_pause = 1.4
    here.server.watch_seconds = 0.3
    # Something else of the cluster happens meanwhile, so that the bookmarks go beyond the list.
    with doing(here, lambda: here.server.store.add("namespaces", namespace("another"))):
        here.apply(wait=20.0)
    assert here.said[-1] == ACCEPTED
    found = asked(here)
    assert found[:3] == ["list", "watch", "watch"]
    assert found.count("list") == 1
    versions = [int(hit[1]) for one in here.server.requests if (hit := VERSION.search(one))]
    assert versions == sorted(versions)
    assert versions[-1] > versions[0]


@contextmanager
def doing(here: Cluster, what: Callable[[], object]) -> Iterator[None]:
    """Do it once somebody watches the rules."""

    def wait() -> None:
        deadline = time.monotonic() + 20
        while not any("watch=true" in one for one in here.server.requests) and time.monotonic() < deadline:
            time.sleep(0.01)
        what()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        thread.join(timeout=30)


def forgetting(server: Server) -> Mood:
    """Everything is forgotten when the first watch comes."""

    async def mood(request: web.Request) -> web.StreamResponse | None:
        if request.query.get("watch"):
            server.oldest = server.store.version + 1 if not server.oldest else 0
        return None

    return mood


def gone(request: web.Request) -> web.StreamResponse:
    return web.json_response({"kind": "Status", "code": 410, "reason": "Expired", "message": "x"}, status=410)


def ended(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"")


def nonsense(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b'{"type": "ADDED"}\n')


def html(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"<html>\n")


def error(request: web.Request) -> web.StreamResponse:
    body = {"kind": "Status", "code": 500, "message": "etcdserver: no leader"}
    return web.Response(body=json.dumps({"type": "ERROR", "object": body}).encode() + b"\n")


def not_allowed(request: web.Request) -> web.StreamResponse:
    return web.Response(status=405, text="405")


def on_watch(answer: Callable[[web.Request], web.StreamResponse], times: int) -> Mood:
    left = times

    async def mood(request: web.Request) -> web.StreamResponse | None:
        nonlocal left
        if request.query.get("watch") and left:
            left -= 1
            return answer(request)
        return None

    return mood


async def broken(request: web.Request) -> web.StreamResponse | None:
    """Ends the connection within an event."""
    if not request.query.get("watch"):
        return None
    assert request.transport
    request.transport.write(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"type": "MODI')
    request.transport.close()
    return web.Response()


FALL_BACKS = {
    "410 at once": (on_watch(gone, 1), "list watch list watch"),
    "the server ends it": (on_watch(ended, 1), "list watch list watch"),
    "no events": (on_watch(nonsense, 9), "list watch list"),
    "html": (on_watch(html, 9), "list watch list"),
    "an error among the events": (on_watch(error, 9), "list watch list"),
    "405": (on_watch(not_allowed, 9), "list watch list"),
    "broken": (broken, "list watch list"),
}


@pytest.mark.parametrize("name", FALL_BACKS)
def test_without_a_watch_it_lists(here: Cluster, name: str) -> None:
    mood, expected = FALL_BACKS[name]
    here.server.operator_pause = 0.7
    here.server.moods.append(mood)
    here.apply(wait=10.0)
    assert here.said[-1] == ACCEPTED
    found = asked(here)
    assert " ".join(found).startswith(expected)
    assert len(found) < 7


def test_410_among_the_events_lists_again(here: Cluster) -> None:
    here.server.moods.append(forgetting(here.server))
    here.apply(wait=10.0)
    assert here.said[-1] == ACCEPTED
    assert asked(here)[:3] == ["list", "watch", "list"]


def test_a_server_that_does_not_know_the_word_is_polled(here: Cluster) -> None:
    here.server.watchable = False
    here.apply(wait=10.0)
    assert here.said[-1] == ACCEPTED
    assert asked(here).count("watch") == 1


def test_who_may_not_watch_is_served_as_well(here: Cluster) -> None:
    here.server.denied.add("watch prometheusrules")
    here.apply(wait=10.0)
    assert here.said[-1] == ACCEPTED


def test_a_refusal_is_said_when_it_comes(here: Cluster) -> None:
    here.server.accepts = False
    with pytest.raises(CheckFailed, match="is not accepted: prometheuses monitoring/k8s: could not parse expression"):
        here.apply(wait=30.0)
    assert asked(here) == ["list", "watch"]


def test_an_object_that_somebody_deletes_meanwhile_is_said(here: Cluster) -> None:
    here.server.accepts = None
    with (
        doing(here, lambda: here.server.store.delete(KEY, None, False)),
        pytest.raises(CheckFailed, match="is not there any more; run the same command again"),
    ):
        here.apply(wait=30.0)


def test_the_patience_ends(here: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance, "FIRST_WORD", 0.2)
    here.server.operator_pause = 30.0
    here.apply(wait=5.0)
    assert "reports no status" in here.said[-1]
    assert asked(here)[:2] == ["list", "watch"]
    monkeypatch.setattr(acceptance, "FIRST_WORD", 10.0)
    here.server.store.report(KEY, {"bindings": [{"resource": "prometheuses", "namespace": "m", "name": "k8s"}]})
    with pytest.raises(CheckFailed, match=r"not accepted by prometheuses m/k8s after 0.6 s; kubectl describe"):
        here.apply(wait=0.6)


def test_an_older_generation_is_not_the_answer(here: Cluster) -> None:
    here.server.operator_pause = 0.0
    here.apply(named(here.config, annotations={"a": "b"}))
    later = here.rule()["metadata"]["generation"]
    here.server.operator_pause = 30.0
    here.server.store.edit("prometheusrules", groups(here), "gpurules")
    assert here.rule()["metadata"]["generation"] == later + 1
    with pytest.raises(CheckFailed, match="not accepted by prometheuses monitoring/k8s after"):
        here.apply(wait=0.4)


def groups(here: Cluster) -> Any:
    """The rules without any."""
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule",
            "metadata": {"name": "gpurules", "namespace": NAMESPACE}, "spec": {"groups": []}}  # fmt: skip


def test_a_server_that_is_gone_meanwhile_is_said(here: Cluster) -> None:
    async def down(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=500, text="down") if "labelSelector" in request.query_string and written() else None

    def written() -> bool:
        return any(one.startswith("PATCH") and "dryRun" not in one for one in here.server.requests)

    here.server.moods.append(down)
    with pytest.raises(EnvironmentFault, match="the API server answers 500: down"):
        here.apply()
