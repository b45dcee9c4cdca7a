"""Which program answers, by what each is known to answer; partial answers; and the two that can be had, alive."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asked import asked, fault_of

import components
from gpurules.cluster.prometheus.access import Access
from gpurules.cluster.prometheus.answer import Build, Flavour, LoadedRule, Target
from gpurules.cluster.prometheus.fault import Cause
from gpurules.cluster.prometheus.store import Store
from live_prometheus import Server, free_port
from loopback import Exchange, serving, serving_pages


def build(**data: str) -> str:
    return json.dumps({"status": "success", "data": data})


BUILT = "/api/v1/status/buildinfo"
STORES = {"/api/v1/stores": build()}
FLAVOURS: list[tuple[str, dict[str, str], dict[str, str], Build]] = [
    ("prometheus", {BUILT: build(version="3.5.3", goVersion="go1.24")}, {}, Build(Flavour.PROMETHEUS, "3.5.3")),
    ("thanos", {BUILT: build(version="0.39.2", goVersion="go1.24"), **STORES}, {}, Build(Flavour.THANOS, "0.39.2")),
    ("thanos without a page", STORES, {}, Build(Flavour.THANOS, "")),
    ("mimir", {BUILT: build(version="2.17.1", application="Grafana Mimir")}, {}, Build(Flavour.MIMIR, "2.17.1")),
    ("victoria", {BUILT: build(version="2.24.0")}, {"X-Server-Hostname": "a"}, Build(Flavour.VICTORIAMETRICS, "")),
    ("another", {BUILT: build(version="1\x1b[31m")}, {}, Build(Flavour.UNKNOWN, "1\\x1b[31m")),
    ("nothing", {}, {}, Build(Flavour.UNKNOWN, "")),
]


@pytest.mark.parametrize(
    ("pages", "headers", "expected"), [row[1:] for row in FLAVOURS], ids=[row[0] for row in FLAVOURS]
)
def test_flavours(pages: dict[str, str], headers: dict[str, str], expected: Build) -> None:
    def answer(exchange: Exchange) -> None:
        page = pages.get(exchange.path)
        exchange.reply(page or "404", 200 if page else 404, "application/json" if page else "text/plain", **headers)

    with serving(answer) as server:
        assert asked(Access(server.url), lambda store: store.build()) == expected


PARTIAL = [
    ({"warnings": ["store a\x1b[1m is down", "store a\x1b[1m is down", 5]}, ("store a\\x1b[1m is down",)),
    ({"isPartial": True}, ("the answer is partial, since a storage node did not answer",)),
    ({"warnings": [f"w{number}" for number in range(99)]}, tuple(f"w{number}" for number in range(20))),
    ({"infos": ["a gauge may be none"], "warnings": None, "isPartial": False}, ()),
]


@pytest.mark.parametrize(("more", "expected"), PARTIAL, ids=["thanos", "victoriametrics", "many", "none"])
def test_partial_answers_are_said(more: dict[str, Any], expected: tuple[str, ...]) -> None:
    async def warned(store: Store) -> tuple[str, ...]:
        await store.instant("up")
        await store.instant("up")
        return store.warnings

    body = {"status": "success", "data": {"resultType": "vector", "result": []}, **more}
    with serving(lambda exchange: exchange.reply(json.dumps(body))) as server:
        assert asked(Access(server.url), warned) == expected


def test_a_server_without_targets() -> None:
    with serving(lambda exchange: exchange.reply("404 page not found", 404, "text/plain")) as server:
        assert asked(Access(server.url), lambda store: store.targets()) is None
        assert fault_of(Access(server.url), lambda store: store.rules()).cause is Cause.NOT_FOUND


HISTOGRAM = {"metric": {"a": "b"}, "histogram": [1, {"count": "1"}]}
HISTOGRAMS = {"metric": {"a": "b"}, "histograms": [[1, {"count": "1"}]]}


def test_native_histograms_are_no_samples() -> None:
    def answer(exchange: Exchange) -> None:
        ranged = "range" in exchange.path
        data = {"resultType": "matrix" if ranged else "vector", "result": [HISTOGRAMS if ranged else HISTOGRAM]}
        exchange.reply(json.dumps({"status": "success", "data": data}))

    with serving(answer) as server:
        assert asked(Access(server.url), lambda store: store.instant("up")) == ()
        (one,) = asked(Access(server.url), lambda store: store.range("up", 0, 1, 1))
    assert (one.labels, one.points) == ({"a": "b"}, ())


SELECTOR = 'gpu_seen{vm="train"}'
PAGE = 'gpu_seen{vm="train"} 1\ngpu_seen{vm="bad \\" \\\\ \U0001f98a"} 2\ngpu_odd NaN\n'


async def everything(store: Store) -> dict[str, Any]:
    """What both programs must answer alike, without the moments."""
    now = time.time()
    series = await store.series([SELECTOR], now - 60, now + 60)
    ranged = await store.range(SELECTOR, now - 2, now, 1)
    return {
        "instant": [(dict(one.labels)["vm"], one.value) for one in await store.instant("sort(gpu_seen)")],
        "scalar": [(dict(one.labels), one.value) for one in await store.instant("scalar(vector(2))")],
        "long": [one.value for one in await store.instant(" + ".join([f"sum({SELECTOR})"] * 200))],
        "odd": [str(one.value) for one in await store.instant("gpu_odd")],
        "series": [(one["__name__"], one["vm"]) for one in series],
        "values": sorted(await store.label_values("vm", ["gpu_seen"], now - 60, now + 60)),
        "range": [(dict(one.labels)["vm"], one.points[-1][1]) for one in ranged],
    }


EXPECTED = {
    "instant": [("train", 1.0), ('bad " \\ \U0001f98a', 2.0)],
    "scalar": [({}, 2.0)],
    "long": [200.0],
    "odd": ["nan"],
    "series": [("gpu_seen", "train")],
    "values": ['bad " \\ \U0001f98a', "train"],
    "range": [("train", 1.0)],
}
QUERY_ERROR = 'up + on () group_left () {a="b"'


def settled(access: Access, question: Any, expected: Any) -> None:
    """Wait until the answer is what it must be."""
    deadline = time.monotonic() + 25
    while (found := asked(access, question)) != expected and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found == expected


@pytest.fixture(scope="module")
def scraped() -> Iterator[str]:
    """Host and port of a target."""
    with serving_pages(lambda path: PAGE) as server:
        yield f"127.0.0.1:{server.port}"


def scrape_configs(target: str) -> list[dict[str, Any]]:
    return [{"job_name": "guests", "scrape_interval": "1s", "static_configs": [{"targets": [target]}]}]


@pytest.mark.parametrize("version", ["2.42", "2.53"])
def test_a_real_prometheus(version: str, tmp_path: Path, scraped: str) -> None:
    server = Server(components.require(f"prometheus-{version}"), tmp_path, free_port())
    rules = [
        {"record": "a:b:c", "expr": "gpu_seen", "labels": {"x": "y"}},
        {"record": "a:b:d", "expr": "gpu_seen * on () gpu_seen"},
    ]
    config = {
        "global": {"evaluation_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": scrape_configs(scraped),
    }
    (tmp_path / "prometheus.yml").write_text(json.dumps(config))
    (tmp_path / "rules.yaml").write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}))
    server.start()
    try:
        access = Access(f"http://127.0.0.1:{server.port}/")
        settled(access, everything, EXPECTED)
        assert asked(access, lambda store: store.build()).flavour is Flavour.PROMETHEUS
        assert asked(access, lambda store: store.build()).version.startswith(version)

        async def evaluated(store: Store) -> list[tuple[str, str, str]]:
            return [(one.record, one.health, one.last_error[:22]) for one in await store.rules()]

        settled(access, evaluated, [("a:b:c", "ok", ""), ("a:b:d", "err", "found duplicate series")])
        rule = asked(access, lambda store: store.rules())[0]
        assert (rule.group, rule.file, rule.interval, rule.labels) == ("g", "rules.yaml", 1.0, {"x": "y"})
        assert abs(rule.last_evaluation - time.time()) < 60
        (target,) = asked(access, lambda store: store.targets()) or ()
        assert (target.pool, target.labels, target.health, target.scrape_interval) == (
            "guests",
            {"instance": scraped, "job": "guests"},
            "up",
            1.0,
        )
        assert target.discovered["__address__"] == scraped
        fault = fault_of(access, lambda store: store.instant(QUERY_ERROR))
        assert (fault.cause, "parse error" in str(fault)) == (Cause.QUERY, True)
        assert "many-to-many" in str(fault_of(access, lambda store: store.instant("gpu_seen * on () gpu_seen")))
    finally:
        server.stop()


def test_a_real_victoriametrics(tmp_path: Path, scraped: str) -> None:
    program = components.require("victoria-metrics-1.112")
    (tmp_path / "scrape.yml").write_text(json.dumps({"scrape_configs": scrape_configs(scraped)}))
    port = free_port()
    process = subprocess.Popen(
        [
            program,
            f"-httpListenAddr=127.0.0.1:{port}",
            f"-storageDataPath={tmp_path / 'data'}",
            f"-promscrape.config={tmp_path / 'scrape.yml'}",
            "-search.latencyOffset=1s",
            "-search.disableCache",
        ],
        stdout=subprocess.DEVNULL,
        stderr=(tmp_path / "log").open("wb"),
    )
    access = Access(f"http://127.0.0.1:{port}")
    try:
        deadline = time.monotonic() + 20
        while fault_of(access) is not None and time.monotonic() < deadline:
            time.sleep(0.2)
        # VictoriaMetrics drops samples that are not a number.
        settled(access, everything, {**EXPECTED, "odd": []})
        assert asked(access, lambda store: store.build()) == Build(Flavour.VICTORIAMETRICS, "")
        rules: tuple[LoadedRule, ...] = asked(access, lambda store: store.rules())
        assert rules == ()
        found: tuple[Target, ...] | None = asked(access, lambda store: store.targets())
        assert [(one.pool, one.labels, one.health) for one in found or ()] == [
            ("guests", {"instance": scraped, "job": "guests"}, "up")
        ]
        fault = fault_of(access, lambda store: store.instant(QUERY_ERROR))
        assert fault.cause is Cause.QUERY
    finally:
        process.kill()
        process.wait(timeout=20)
