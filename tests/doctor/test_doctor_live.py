"""Doctor on a real Prometheus that scrapes a scenario now, for each collection path, and evaluates rules on it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import doctor_cluster
import pytest
from doctor_cases import two_vms, usual
from doctor_stage import count, scraped, seen_together, wait_until

from gpurules.app.doctor import Orders, examined
from gpurules.app.rendering import render
from gpurules.cluster.prometheus.access import Access
from gpurules.config.model import Config, DcgmSection, RulesSection
from gpurules.doctor.model import Report
from gpurules.promql.syntax.printer import to_text
from gpurules.scenario.model import ALWAYS, Cluster
from gpurules.scenario.target import Target

PATHS = {
    "pod-network": ("pod-network", usual("pod-network")),
    "vsock-sidecar": ("vsock-sidecar", usual("vsock-sidecar")),
    "vsock-exporter": ("vsock-exporter", usual("vsock-exporter")),
    "host": ("host", usual("host-mapped")),
    "remote": ("remote", usual("remote-address")),
    "single-vm-node": ("single-vm-node", two_vms("node-exporter")),
}
POWER = "vmi_gpu:kubevirt_vmi_gpu_power_watts:max"
MEMORY = "vmi_gpu:kubevirt_vmi_gpu_memory_used_bytes:max"
DROPPED = "vmi:kubevirt_vmi_gpu_power_watts:sum"
LEFT_OVER = "vmi:kubevirt_vmi_gpu_left_over:sum"
NAIVE = (
    "DCGM_FI_DEV_POWER_USAGE * on (namespace, pod) group_left (name, node) "
    'label_replace(kubevirt_vmi_info{phase="running"}, "pod", "$1", "vmi_pod", "(.+)")'
)


def configured(*paths: str) -> Config:
    """What fits a scrape each second."""
    return Config(
        dcgm=DcgmSection(honor_labels="auto", collection_interval="1s"),
        rules=RulesSection(paths=paths, rate_window="8s"),
    )


def rule_file(config: Config, interval: str = "1s") -> dict[str, Any]:
    """The rules of ``config`` as Prometheus reads them; JSON is YAML."""
    groups = [
        {
            "name": group.name,
            "interval": interval,
            "rules": [
                {
                    "record": rule.spec.record,
                    "expr": to_text(rule.expression),
                    **({"labels": dict(rule.spec.rule_labels)} if rule.spec.rule_labels else {}),
                }
                for rule in group.rules
            ],
        }
        for group in render(config).rules.groups
    ]
    return {"groups": groups}


def look(config: Config, url: str) -> Report:
    """The report on what is scraped now."""
    return asyncio.run(examined(config, Orders(Access(url), since=600.0)))


def evaluate_again(url: str) -> None:
    """Wait until every rule has been evaluated on what is scraped by now, twice."""
    for _ in range(2):
        before = evaluations(url)
        wait_until(lambda before=before: all(one != other for one, other in zip(before, evaluations(url), strict=True)))  # type: ignore[misc]


def evaluations(url: str) -> list[str]:
    """When each rule was evaluated last."""
    groups = json.loads(doctor_cluster.get(f"{url}/api/v1/rules"))["data"]["groups"]
    return [rule["lastEvaluation"] for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("path", PATHS)
def test_a_healthy_cluster_has_no_finding(path: str, prometheus: Path, tmp_path: Path) -> None:
    name, cluster = PATHS[path]
    config = configured(name)
    if path == "single-vm-node":
        kubevirt = replace(config.kubevirt, gpu_resources=("nvidia.com/GA102GL_A10",))
        config = replace(config, kubevirt=kubevirt)
    with scraped(cluster, False, prometheus, tmp_path, json.dumps(rule_file(config))) as url:
        evaluate_again(url)
        report = look(config, url)
    gpus = sum(len(machine.gpus) for machine in cluster.machines)
    assert report.findings == ()
    assert {one.path: (one.one, one.none, one.several) for one in report.paths if one.carried} == {name: (gpus, 0, 0)}
    assert {one.state for one in report.loaded.rules} == {"ok"}
    assert len(report.loaded.rules) == sum(len(group.rules) for group in render(config).rules.groups)


def both_lead(cluster: Cluster) -> Cluster:
    """Both replicas of virt-controller tell of every VM, as for a minute in a fail-over."""
    return replace(cluster, controllers=tuple(replace(one, leads=ALWAYS) for one in cluster.controllers))


def broken(config: Config) -> dict[str, Any]:
    """The rules with one that fails, one that is missing and one that differs."""
    rules = rule_file(config)
    (group,) = rules["groups"]
    group["rules"] = [rule for rule in group["rules"] if rule["record"] != DROPPED]
    for rule in group["rules"]:
        if rule["record"] == POWER:
            rule["expr"] = NAIVE
        if rule["record"] == MEMORY:
            rule["expr"] = rule["expr"].replace("1048576", "1000000")
    return rules


def test_rules_that_are_broken_are_told_apart(prometheus: Path, tmp_path: Path) -> None:
    config = configured("pod-network")
    rules = broken(config)
    others = [{"record": f"other:record_{number}:sum", "expr": "sum(up)"} for number in range(100)]
    rules["groups"].append(
        {"name": "hasty", "interval": "1ms", "rules": [{"record": LEFT_OVER, "expr": "vector(1)"}, *others]}
    )
    with scraped(both_lead(usual()), False, prometheus, tmp_path, json.dumps(rules)) as url:
        evaluate_again(url)
        report = look(config, url)
    states: dict[str, set[str]] = {}
    for rule in report.loaded.rules:
        states.setdefault(rule.state, set()).add(rule.record)
    assert {state: records for state, records in states.items() if state != "ok"} == {
        "failing": {POWER},
        "missing": {DROPPED},
        "drifted": {MEMORY},
        "unknown": {LEFT_OVER},
    }
    (failing,) = (one for one in report.findings if one.id == "rules-failing")
    assert "found duplicate series for the match group" in failing.samples[0].reason
    assert {one.id for one in report.findings} == {
        "rules-failing",
        "rules-missing",
        "rules-drifted",
        "rules-unknown",
        "rules-slow",
        "identity-ambiguous",
    }
    assert [one.one for one in report.paths if one.carried] == [4]


@pytest.mark.parametrize(
    ("honor", "findings"),
    [
        (False, {"guest-claims-vm", "forged-series"}),
        (True, {"labels-overridden", "forged-series", "identity-ambiguous"}),
    ],
    ids=["honorLabels false", "honorLabels true"],
)
def test_a_guest_that_lies_is_seen_live(honor: bool, findings: set[str], prometheus: Path, tmp_path: Path) -> None:
    cluster = usual(story="spoofing")
    with scraped(cluster, honor, prometheus, tmp_path) as url:
        report = look(configured("pod-network"), url)
    assert {one.id for one in report.findings} == findings


def of_guest(target: Target) -> bool:
    """Whether it is the exporter of a guest."""
    return dict(target.labels).get("pod", "").startswith("virt-launcher-")


def test_two_prometheus_that_scrape_one_side_each(prometheus: Path, tmp_path: Path) -> None:
    with (
        scraped(
            usual(), False, prometheus, tmp_path / "guests", only=of_guest, external={"prometheus": "tenants/user"}
        ) as tenants,
        scraped(
            usual(),
            False,
            prometheus,
            tmp_path / "platform",
            only=lambda target: not of_guest(target),
            external={"prometheus": "platform/k8s"},
        ) as platform,
        seen_together((tenants, platform), prometheus, tmp_path / "view") as view,
    ):
        together = look(configured("pod-network"), view)
        by_evaluator = {
            name: asyncio.run(examined(configured("pod-network"), Orders(Access(view), Access(url), since=600.0)))
            for name, url in (("tenants", tenants), ("platform", platform))
        }
        alone = {name: look(configured("pod-network"), url) for name, url in (("t", tenants), ("p", platform))}
    assert [one.id for one in together.findings] == ["sides-apart"]
    assert together.findings[0].what.startswith(
        "No Prometheus has both sides of the join: GPU series come from tenants/user, kubevirt_vmi_info from "
        "platform/k8s."
    )
    blind = {
        name: [figure.value for figure in one.figures]
        for name, report in by_evaluator.items()
        for one in report.findings
        if one.id == "evaluator-blind"
    }
    assert blind == {"tenants": [4, 4, 0], "platform": [4, 4, 4]}
    found = {name: {one.id for one in report.findings} for name, report in alone.items()}
    assert found == {"t": {"no-kubevirt-series", "series-unjoined"}, "p": {"no-gpu-series", "gpu-vm-silent"}}


def test_it_looks_at_now(prometheus: Path, tmp_path: Path) -> None:
    with scraped(usual(), False, prometheus, tmp_path) as url:
        report = look(configured("pod-network"), url)
        assert count(url, "DCGM_FI_DEV_POWER_USAGE") == 4
    assert abs(report.at - time.time()) < 60
