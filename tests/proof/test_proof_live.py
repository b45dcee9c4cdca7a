"""A real Prometheus scrapes servers that play a cluster, and what it records is read back through its API.

One second of the cluster is one second of the clock. A VM migrates, then Prometheus is stopped, another VM migrates
meanwhile, and Prometheus starts again on the same data. No rule may fail at any time. Several Prometheus do that side
by side: two with the guests scraped on their launcher pods, with honorLabels and without, and, with fewer counters, one
for every other identity, recorded or inline.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import live_prometheus
from gpurules.app.rendering import render
from gpurules.config.model import Config, DcgmSection, KubevirtSection, OutputSection, RulesSection
from gpurules.rules.identities.registry import IDENTITIES
from gpurules.scenario import views
from gpurules.scenario.booking import DEFAULT, RulesFor
from gpurules.scenario.events import change_machine, move
from gpurules.scenario.expect import expect
from gpurules.scenario.fleet import cluster
from gpurules.scenario.kube_state import GPU_RESOURCE
from gpurules.scenario.model import Labels, VirtualMachine, World
from gpurules.scenario.openmetrics import pages_at
from gpurules.scenario.scrape import honors
from gpurules.scenario.target import Target
from gpurules.scenario.told import told
from live_prometheus import RATE_TOLERANCE, free_port, settle
from loopback import serving_pages
from rendered import Rendered, of, rendered

pytestmark = pytest.mark.no_cover
"""Coverage locks at every call in every thread; all that runs here is measured by other tests."""
RATE_WINDOW = 8
"""Seconds for which a rate may be that of a series that has ended, or of one that has just begun."""
SHOWN = 0.2
"""Seconds for which a page is shown: a fortieth of the rate window, so that no rate is off by more."""
MIGRATIONS = (("research", "train", "worker-3", "10.130.1.1"), ("research", "simulate", "worker-2", "10.129.1.2"))
"""Namespace and name of the VM, the node that it moves to, and its address there."""


@dataclass(frozen=True)
class Cast:
    """Who watches: the rules and what they were rendered for, how the VMs are collected, whether guests are honored."""

    name: str
    rules: Rendered
    facts: RulesFor = DEFAULT
    ways: tuple[tuple[str, ...], ...] = (("pod-network",),)
    guests_honor: bool = False
    release: str = "main"

    def world(self) -> World:
        """The cluster as this one sees it."""
        steady = World("live", replace(cluster(), collection=0.001), (0,))
        fields = {name for spec in self.rules.specs if spec.role == "field" for name in spec.fields}
        kube_state = self.facts.owners or "single-vm-node" in self.facts.paths
        return told(steady, self.ways, self.release, kube_state, tuple(fields))


def casts() -> tuple[Cast, ...]:
    """All that watch: the usual set-up with every default counter, and every other identity with a few."""
    rules = rendered("main", "auto", collection_interval="1s", rate_window=f"{RATE_WINDOW}s")
    pods, host, node = ("pod-network",), ("host",), ("single-vm-node",)
    several = ("vsock-exporter", "remote", "pod-network")
    ways = (("vsock-exporter",), ("remote-address",), ("pod-network", "vsock-exporter"))
    nodes = (("node-exporter",), ("node-exporter-relabelled",))
    return (
        Cast("honorLabels false", rules),
        Cast("honorLabels true", rules, guests_honor=True),
        Cast("no vmi_pod", few("v1.4", pods), RulesFor(pods, "false", owners=True), release="v1.4"),
        Cast("several paths", few("main", several), RulesFor(several, "false"), ways),
        Cast("host", few("main", host), RulesFor(host, "false"), (("host-mapped",),)),
        Cast("single-vm-node", few("main", node), RulesFor(node, "false"), nodes),
        Cast("inline", few("main", pods, "inline"), RulesFor(pods, "false")),
        Cast("inline, several paths", few("main", several, "inline"), RulesFor(several, "false"), ways),
    )


def few(release: str, paths: tuple[str, ...], identity: str = "record") -> Rendered:
    """Rules for some paths, with few counters."""
    counters = str(Path(__file__).with_name("few-counters.csv"))
    config = Config(
        dcgm=DcgmSection(counters=(counters,), honor_labels="false", collection_interval="1s"),
        kubevirt=KubevirtSection(release=release, gpu_resources=(GPU_RESOURCE,) if "single-vm-node" in paths else ()),
        rules=RulesSection(paths=paths, rate_window=f"{RATE_WINDOW}s", identity=identity),
        output=OutputSection(format="rules"),
    )
    return of(render(config))


def migrated(world: World, number: int, moment: float) -> World:
    """The world in which one of the migrations happens at ``moment``."""
    namespace, name, node, address = MIGRATIONS[number]

    def change(machine: VirtualMachine) -> VirtualMachine:
        return move(machine, leaves=moment, starts=moment, node=node, address=address)

    return change_machine(world, namespace, name, change)


class Stage:
    """Plays a world: one path for each target that will ever be there; 404 while it is not."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.started = time.monotonic()
        self.migrated = 0.0
        afterwards = migrated(migrated(world, 0, 1), 1, 1)
        known = (*pages_at(world.cluster, 0), *pages_at(afterwards.cluster, 1))
        self.targets = tuple(dict.fromkeys(known))
        self.port = 0
        self._turn = threading.Lock()
        self._shown: tuple[float, World | None, dict[Target, str | None]] = (0, None, {})

    @property
    def now(self) -> float:
        """Seconds since the story began."""
        return time.monotonic() - self.started

    def migrate(self, number: int) -> None:
        """Let a migration happen now."""
        self.migrated = self.now
        self.world = migrated(self.world, number, self.migrated)

    @property
    def rates_settle(self) -> bool:
        """Whether not all rates can be right yet."""
        return self.now < self.migrated + RATE_WINDOW + 2

    def answer(self, path: str) -> str | None:
        """The page at a path that :meth:`scrape_job` gave."""
        return self.pages().get(self.targets[int(path.strip("/"))])

    def pages(self) -> dict[Target, str | None]:
        """All pages; those of the last :data:`SHOWN` seconds again, since every target asks for itself each second."""
        with self._turn:
            moment, world, pages = self._shown
            if world is not self.world or self.now - moment > SHOWN:
                moment, world = self.now, self.world
                pages = pages_at(world.cluster, moment)
                self._shown = moment, world, pages
            return pages

    def scrape_job(self, position: int, target: Target, guests_honor: bool) -> dict[str, Any]:
        """The scrape configuration of one target, its labels as service discovery would set them."""
        return {
            "job_name": f"target-{position}",
            "honor_labels": honors(target, guests_honor),
            "metrics_path": f"/{position}",
            "static_configs": [{"targets": [f"127.0.0.1:{self.port}"], "labels": dict(target.labels)}],
        }


@contextmanager
def staged(world: World) -> Iterator[Stage]:
    """A stage whose server runs in a thread."""
    stage = Stage(world)
    with serving_pages(stage.answer) as server:
        stage.port = server.port
        yield stage


class Server(live_prometheus.Server):
    """A Prometheus that watches a stage."""

    def __init__(self, program: Path, folder: Path, port: int, cast: Cast, stage: Stage) -> None:
        super().__init__(program, folder, port)
        self.cast, self.stage = cast, stage


def configure(server: Server) -> None:
    """Write the configuration and the rules; JSON is YAML."""
    stage, honor = server.stage, server.cast.guests_honor
    jobs = [stage.scrape_job(number, target, honor) for number, target in enumerate(stage.targets)]
    timing = {"scrape_interval": "1s", "scrape_timeout": "900ms", "evaluation_interval": "1s"}
    whole = {"global": timing, "rule_files": ["rules.yaml"], "scrape_configs": jobs}
    server.folder.mkdir()
    (server.folder / "prometheus.yml").write_text(json.dumps(whole), encoding="utf-8")
    (server.folder / "rules.yaml").write_text(server.cast.rules.text, encoding="utf-8")


def differences(server: Server) -> list[str]:
    """How what is recorded differs from what must be shown now; rules are watched on the way."""
    server.watch_rules()
    if server.stage.rates_settle:
        return [f"{server.cast.name}: rates are settling"]
    seen = server.records()
    wanted: dict[Labels, tuple[float, float]] = {}
    cast, stage = server.cast, server.stage
    for spec in cast.rules.specs:
        facts = replace(cast.facts, window=RATE_WINDOW, evaluation=1)
        expectation = expect(stage.world, spec, stage.now, cast.guests_honor, facts)
        if expectation is None:
            return [f"{cast.name}: {spec.record} is settling"]
        tolerance = RATE_TOLERANCE if expectation.tolerance else 0
        wanted |= {one.labels: (one.value, tolerance) for one in expectation.samples}
    found = [f"missing: {labels}" for labels in wanted.keys() - seen.keys()]
    found += [f"unexpected: {labels} {seen[labels]}" for labels in seen.keys() - wanted.keys()]
    for labels in wanted.keys() & seen.keys():
        value, tolerance = wanted[labels]
        if abs(seen[labels] - value) > tolerance * abs(value):
            found.append(f"{labels} is {seen[labels]}, not {value}")
    return [f"{cast.name}: {line}" for line in sorted(found)]


def every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the evaluator know that here everything is scraped each second."""
    monkeypatch.setattr(views, "INTERVAL", 1)


def play(program: Path, folder: Path, cast: Cast) -> dict[str, str]:
    """The whole story for one who watches; the rules that failed at any time. Raises AssertionError where what is
    recorded does not become, and stay, what it must be."""
    with staged(cast.world()) as stage:
        server = Server(program, folder, free_port(), cast, stage)
        try:
            configure(server)
            server.start()
            settle(lambda: differences(server))
            stage.migrate(0)
            settle(lambda: differences(server))
            server.stop()
            stage.migrate(1)
            time.sleep(1)
            server.start()
            settle(lambda: differences(server))
            server.stop()
        finally:
            server.kill()
    return server.failed_rules


def test_records_follow_a_migration_and_survive_a_restart_of_prometheus(
    prometheus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_second(monkeypatch)
    everybody = casts()
    with ThreadPoolExecutor(len(everybody)) as pool:
        played = {
            cast.name: pool.submit(play, prometheus, tmp_path / str(number), cast)
            for number, cast in enumerate(everybody)
        }
    assert {name: one.result() for name, one in played.items()} == {name: {} for name in played}


def test_every_identity_is_watched() -> None:
    texts = [cast.rules.rules for cast in casts()]
    for name, identity in IDENTITIES.items():
        assert [text for text in texts if f"record: {identity.record}" in text and identity.source in text], name
