"""A day's history: what happened and is over, and what a fail-over would have done to a join without de-duplication."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import doctor_cluster
import pytest
from doctor_cases import Case
from doctor_cluster import DAY, END
from test_doctor_scenarios import look

from gpurules.doctor.model import Report
from gpurules.scenario.events import change_machine, fail_over, migrate
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Period, VirtualMachine, World
from gpurules.scenario.told import told

FAILED_OVER = 60_000
UNLISTED = Period(20_000, 25_000)
"""When KubeVirt did not list a VM whose guest went on sending; seconds from the start of the day."""


def _day() -> World:
    return World("day", cluster(), (DAY,))


def _unlisted(machine: VirtualMachine) -> VirtualMachine:
    stay = machine.stays[0]
    parts = (
        replace(stay, period=Period(0, UNLISTED.start)),
        replace(stay, period=UNLISTED, listed=False),
        replace(stay, period=Period(UNLISTED.end)),
    )
    return replace(machine, stays=parts)


@pytest.fixture(scope="module")
def report(promtool: Path, prometheus: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A VM migrates, virt-controller fails over, and a VM is not listed for a while."""
    story = migrate(_day(), "research", "train", 40_000, "worker-3", "10.130.1.1")
    story = fail_over(story, FAILED_OVER, takes_over=FAILED_OVER, in_place=False)
    story = change_machine(story, "finance", "train", _unlisted)
    told_so = told(story, (("pod-network",),), kube_state=True).cluster
    folder = tmp_path_factory.mktemp("day")
    doctor_cluster.write_blocks(promtool, doctor_cluster.history(told_so, False, DAY), folder)
    with doctor_cluster.prometheus_on(prometheus, folder) as url:
        return look(Case(told_so), [url], since=float(DAY))


def test_all_that_happened_is_found(report: Report) -> None:
    assert {one.id for one in report.findings} == {"series-unjoined-before", "identity-ambiguous"}
    assert [one.carried for one in report.paths if one.carried] == [4]


def test_the_fail_over_is_timed(report: Report) -> None:
    (ambiguity,) = report.ambiguities
    start = END - DAY + FAILED_OVER
    assert (ambiguity.identity, ambiguity.key) == ("launcher-pod", ("namespace", "vmi_pod"))
    assert 1 <= ambiguity.minutes <= 3
    assert all(start <= moment <= start + 180 for moment in ambiguity.moments)
    (finding,) = (one for one in report.findings if one.id == "identity-ambiguous")
    assert {dict(one.labels)["vmi_pod"] for one in finding.samples} == {
        "virt-launcher-simulate-x7k2p",
        "virt-launcher-train-x7k2p",
        "virt-launcher-train-mvd2k",
    }


def test_coverage_shows_the_gap_and_the_rest_of_the_day(report: Report) -> None:
    (coverage,) = report.coverage
    assert coverage.path == "pod-network"
    assert len(coverage.points) == DAY // coverage.step + 1
    gaps = [point.moment for point in coverage.points if point.joined < point.carried]
    start = END - DAY
    lookback = 120
    assert all(start + UNLISTED.start <= moment <= start + UNLISTED.end + lookback for moment in gaps)
    assert abs(len(gaps) * coverage.step - (UNLISTED.end - UNLISTED.start)) <= 2 * coverage.step
    assert {point.carried - point.joined for point in coverage.points} == {0, 1}
