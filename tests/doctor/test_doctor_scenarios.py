"""Doctor on real servers: it must find what was planted, all of it and nothing else."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import doctor_cluster
import pytest
from doctor_cases import CASES, SECONDS, Case

from gpurules.app.doctor import Orders, examined
from gpurules.app.fitting import fitting_configuration
from gpurules.cluster.prometheus.access import Access
from gpurules.doctor.model import Report
from gpurules.doctor.questions import history
from gpurules.doctor.registry import QUESTIONS
from gpurules.rules.paths.registry import PATHS
from gpurules.scenario.fleet import gpu, machine

MOST_REQUESTS = 40


def examined_on_prometheus(case: Case, promtool: Path, prometheus: Path, folder: Path) -> Report:
    """The report on a Prometheus with the history of a case, and on a second one where it has one."""
    lines = doctor_cluster.history(case.cluster, case.honor, SECONDS, case.interval)
    with ExitStack() as stack:
        urls = []
        for number, change in enumerate((case.lines, case.evaluator)):
            if change is not None:
                home = folder / str(number)
                doctor_cluster.write_blocks(promtool, change(lines), home)
                urls.append(stack.enter_context(doctor_cluster.prometheus_on(prometheus, home)))
        return look(case, urls)


def look(case: Case, urls: list[str], since: float = SECONDS) -> Report:
    """The report on servers that have the history."""
    evaluator = Access(urls[1]) if len(urls) > 1 else None
    orders = Orders(Access(urls[0]), evaluator, since=since, at=doctor_cluster.END)
    return asyncio.run(examined(case.config, orders))


def assert_found(case: Case, report: Report) -> None:
    """Everything that the case expects."""
    assert {one.id for one in report.findings} == case.findings
    joins = {one.path: (one.one, one.none, one.several) for one in report.paths if one.carried}
    assert joins == case.joins
    assert [one.path for one in report.paths] == list(PATHS)
    assert report.recommendation.paths == case.paths
    settings = {one.key: one.value for one in report.recommendation.settings}
    assert settings.pop("rules.paths", f"[{', '.join(case.paths)}]") == f"[{', '.join(case.paths)}]"
    assert settings == case.settings
    if case.paths:
        fitting_configuration(report)
    assert report.queries <= MOST_REQUESTS * (2 if case.evaluator else 1)


@pytest.mark.parametrize("name", CASES)
def test_doctor_finds_what_was_planted(name: str, promtool: Path, prometheus: Path, tmp_path: Path) -> None:
    case = CASES[name]
    assert_found(case, examined_on_prometheus(case, promtool, prometheus, tmp_path))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.evaluator is None])
def test_doctor_finds_the_same_on_victoriametrics(name: str, victoria: Path, tmp_path: Path) -> None:
    case = CASES[name]
    lines = case.lines(doctor_cluster.history(case.cluster, case.honor, SECONDS, case.interval))
    with doctor_cluster.victoria_on(victoria, tmp_path, lines) as url:
        assert_found(case, look(case, [url]))


def test_every_finding_is_planted_somewhere() -> None:
    planted = {found for case in CASES.values() for found in case.findings}
    live = {"rules-failing", "rules-missing", "rules-drifted", "rules-unknown", "rules-slow"}
    over_a_day = {"series-unjoined-before"}
    in_a_table = {"rules-stale"}
    known = {name for question in QUESTIONS for name in question.finds}
    assert planted | live | over_a_day | in_a_table == known


def test_clusters_stay_apart(promtool: Path, prometheus: Path, tmp_path: Path) -> None:
    case = CASES["two clusters, and a VM of one is silent"]
    report = examined_on_prometheus(case, promtool, prometheus, tmp_path)
    (silent,) = report.findings
    assert silent.what == "1 of 6 VMs that hold GPUs send no GPU series."
    assert [dict(one.labels)["cluster"] for one in silent.samples] == ["west"]
    shown = {
        (node.cluster, node.name, f"{machine.namespace}/{machine.name}"): None if machine.silent else len(machine.gpus)
        for node in report.nodes
        for machine in node.machines
    }
    there = {("worker-1", "research/train"): 1, ("worker-1", "research/simulate"): 2, ("worker-2", "finance/train"): 1}
    east, west = ({(name, *vm): gpus for vm, gpus in there.items()} for name in ("east", "west"))
    assert shown == {**east, **west, ("west", "worker-1", "research/train"): None}


def test_a_series_of_another_cluster_says_so(promtool: Path, prometheus: Path, tmp_path: Path) -> None:
    report = examined_on_prometheus(CASES["only guests carry the cluster"], promtool, prometheus, tmp_path)
    (path,) = (one for one in report.paths if one.carried)
    assert [one.text for one in path.reasons] == ["there is no kubevirt_vmi_info with cluster=east"]


def test_what_is_watched_in_part_says_so(
    promtool: Path, prometheus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As though three VMs were many.
    monkeypatch.setattr(history, "FEW_MACHINES", 2)
    monkeypatch.setattr(history, "SERIES_STEPS", 60)
    monkeypatch.setattr(history, "MOST_WATCHED", 2)
    case = CASES["pod-network"]
    report = examined_on_prometheus(case, promtool, prometheus, tmp_path)
    facts = {fact.subject: fact.value for fact in report.facts}
    assert_found(case, report)
    assert facts["coverage over time"] == "of the 2 namespaces that send GPU series now"
    assert facts["ambiguous vmi_pod"] == (
        "looked for among 2 that send GPU series, of 3 series of kubevirt_vmi_info; of the others nothing is said"
    )


def test_a_larger_fleet_takes_no_more_requests(promtool: Path, prometheus: Path, tmp_path: Path) -> None:
    small = CASES["pod-network"]
    machines = tuple(
        machine("tenants", f"vm-{step}", f"worker-{step % 3}", (gpu(step),), address=f"10.131.0.{step}")
        for step in range(100, 140)
    )
    grown = replace(small.cluster, machines=(*small.cluster.machines, *machines))
    large = replace(small, cluster=grown, joins={"pod-network": (44, 0, 0)})
    reports = [
        examined_on_prometheus(case, promtool, prometheus, tmp_path / name)
        for name, case in (("small", small), ("large", large))
    ]
    assert_found(large, reports[1])
    assert reports[0].queries == reports[1].queries
