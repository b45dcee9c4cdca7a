"""Doctor where vmalert evaluates the rules: VictoriaMetrics itself tells of none."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import doctor_cluster
import pytest
from doctor_cases import SECONDS, usual
from doctor_stage import count, wait_until
from test_doctor_live import DROPPED, MEMORY, POWER, both_lead, broken, evaluations, rule_file

import components
from gpurules.app.doctor import Orders, examined
from gpurules.cluster.prometheus.access import Access
from gpurules.config.model import Config
from gpurules.doctor.model import Report
from gpurules.scenario.openmetrics import backfill
from live_prometheus import free_port

CONFIG = Config()
LAST = "vmi_gpu:kubevirt_vmi_gpu_memory_used_bytes:max"
"""A record of records of records."""


@contextmanager
def evaluated(rules: dict[str, object], proxy: bool, victoria: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """A VictoriaMetrics with the usual cluster, both replicas of virt-controller telling of it, and a vmalert that has
    evaluated ``rules`` on it. ``proxy``: the first passes on what the second says of its rules. Their addresses."""
    (folder / "vmalert").mkdir()
    (folder / "vmalert" / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    port = free_port()
    alert = f"http://127.0.0.1:{port}"
    start = int(time.time()) - SECONDS
    lines = backfill(both_lead(usual()), False, start, SECONDS, doctor_cluster.INTERVAL)
    more = [f"-vmalert.proxyURL={alert}"] if proxy else []
    text = (line for part in lines for line in part.splitlines(keepends=True))
    with doctor_cluster.victoria_on(victoria, folder / "victoria", text, *more) as store:
        command: list[str | Path] = [
            components.require("vmalert-1.112"),
            "-rule=rules.json",
            f"-datasource.url={store}",
            f"-remoteWrite.url={store}",
            f"-httpListenAddr=127.0.0.1:{port}",
            "-rule.evalDelay=0s",
            "-remoteWrite.flushInterval=100ms",
            "-loggerLevel=ERROR",
        ]
        with doctor_cluster.running(command, folder / "vmalert", alert, "/health"):
            wait_until(lambda: all(not one.startswith("0001") for one in evaluations(alert)))
            wait_until(lambda: flushed(store) and count(store, LAST) == 4)
            yield store, alert


def flushed(store: str) -> bool:
    """What was written can be found: otherwise that takes some seconds, and each record that is read takes them
    again."""
    doctor_cluster.get(f"{store}/internal/force_flush")
    return True


def look(store: str, rules: str = "") -> Report:
    """The report; ``rules``: what tells them."""
    return asyncio.run(examined(CONFIG, Orders(Access(store), rules=Access(rules) if rules else None, since=600.0)))


def test_rules_that_the_store_does_not_tell_are_not_called_missing(victoria: Path, tmp_path: Path) -> None:
    with evaluated(rule_file(CONFIG), False, victoria, tmp_path) as (store, _):
        report = look(store)
    assert {one.id for one in report.findings} == {"identity-ambiguous"}
    (fact,) = (one.value for one in report.facts if one.subject == "rules of gpurules")
    assert fact.startswith(f"none are loaded here, and {report.loaded.recorded} of their records have series")
    assert "--rules-from" in fact
    assert not report.loaded.groups
    assert not report.loaded.rules
    assert 30 < report.loaded.recorded <= len({rule["record"] for rule in rule_file(CONFIG)["groups"][0]["rules"]})


@pytest.mark.parametrize("proxy", [False, True], ids=["named", "passed on"])
def test_what_vmalert_says_of_its_rules(proxy: bool, victoria: Path, tmp_path: Path) -> None:
    with evaluated(broken(CONFIG), proxy, victoria, tmp_path) as (store, alert):
        report = look(store, "" if proxy else alert)
    states: dict[str, set[str]] = {}
    for rule in report.loaded.rules:
        states.setdefault(rule.state, set()).add(rule.record)
    assert {state: records for state, records in states.items() if state != "ok"} == {
        "failing": {POWER},
        "missing": {DROPPED},
        "drifted": {MEMORY},
    }
    assert {one.id for one in report.findings} == {
        "rules-failing",
        "rules-missing",
        "rules-drifted",
        "identity-ambiguous",
    }
    assert report.loaded.recorded == 0
    assert report.loaded.groups[0].interval == 1
