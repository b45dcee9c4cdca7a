"""Label merging and staleness as Prometheus does them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpurules.scenario.fleet import SINGLE, cluster
from gpurules.scenario.model import Cluster, Period, Stay
from gpurules.scenario.scrape import STALE, merged, stored

TARGET = {"namespace": "tenant", "pod": "virt-launcher-a", "job": "guests"}

MERGES = [
    ("nothing in common", {"gpu": "0"}, False, {**TARGET, "gpu": "0"}),
    ("nothing in common, honored", {"gpu": "0"}, True, {**TARGET, "gpu": "0"}),
    ("target wins", {"pod": "x"}, False, {**TARGET, "exported_pod": "x"}),
    ("exposed wins", {"pod": "x"}, True, {**TARGET, "pod": "x"}),
    (
        "the prefix is repeated",
        {"pod": "x", "exported_pod": "y"},
        False,
        {**TARGET, "exported_pod": "y", "exported_exported_pod": "x"},
    ),
    ("an exposed job is no job", {"job": "kubevirt"}, False, {**TARGET, "exported_job": "kubevirt"}),
    ("an exposed job is the job", {"job": "kubevirt"}, True, {**TARGET, "job": "kubevirt"}),
]


@pytest.mark.parametrize(("exposed", "honor", "expected"), [m[1:] for m in MERGES], ids=[m[0] for m in MERGES])
def test_labels_are_merged(exposed: dict[str, str], honor: bool, expected: dict[str, str]) -> None:
    assert merged(TARGET, exposed, honor) == expected


def points(world: Cluster, metric: str, **labels: str) -> list[object]:
    """The points of the one series with these labels: numbers, "stale", or "_" where there is none; 0 to 90 s."""
    found = [
        series
        for series in stored(world, False, 90)
        if {"__name__": metric, **labels}.items() <= dict(series.labels).items()
    ]
    assert len(found) == 1, [series.labels for series in found]
    written = (found[0].points.get(tick, "_") for tick in range(7))
    return ["stale" if point is STALE else point for point in written]


def guest(*answers: Period, stay: Period | None = None) -> Cluster:
    """One VM whose exporter answers at these times."""
    machine = SINGLE
    assert machine.exporter is not None
    exporter = replace(machine.exporter, answers=answers or (Period(),))
    stays = (Stay("virt-launcher-a", "worker-1", "10.0.0.1", stay or Period()),)
    return cluster(replace(machine, stays=stays, exporter=exporter))


DCGM = "DCGM_FI_DEV_ENC_UTIL"

STALENESS = [
    ("always there", guest(), [25, 25, 25, 25, 25, 25, 25]),
    ("does not answer", guest(Period(0, 30), Period(60)), [25, 25, "stale", "_", 25, 25, 25]),
    ("target is gone", guest(stay=Period(0, 30)), [25, 25, "_", "_", "stale", "_", "_"]),
    ("target comes later", guest(stay=Period(45)), ["_", "_", "_", 25, 25, 25, 25]),
    (
        "Prometheus is down",
        replace(guest(), outages=(Period(25, 55),)),
        [25, 25, "_", "_", 25, 25, 25],
    ),
    (
        "target goes while Prometheus is down: never marked",
        replace(guest(stay=Period(0, 40)), outages=(Period(25, 55),)),
        [25, 25, "_", "_", "_", "_", "_"],
    ),
]


@pytest.mark.parametrize(("world", "expected"), [s[1:] for s in STALENESS], ids=[s[0] for s in STALENESS])
def test_series_end_as_in_prometheus(world: Cluster, expected: list[object]) -> None:
    assert points(world, DCGM) == expected


def test_a_changed_label_ends_the_old_series_in_the_same_scrape() -> None:
    stays = (
        Stay("virt-launcher-a", "worker-1", "10.0.0.1", Period(0, 45)),
        Stay("virt-launcher-b", "worker-2", "10.0.0.2", Period(45)),
    )
    world = cluster(replace(SINGLE, stays=stays))

    assert points(world, "kubevirt_vmi_info", vmi_pod="virt-launcher-a") == [1, 1, 1, "stale", "_", "_", "_"]
    assert points(world, "kubevirt_vmi_info", vmi_pod="virt-launcher-b") == ["_", "_", "_", 1, 1, 1, 1]


def test_kubevirt_is_scraped_with_honor_labels_and_names_the_namespace_of_the_vm() -> None:
    assert points(cluster(SINGLE), "kubevirt_vmi_info", namespace="research", pod="virt-controller-6d5f-aaaaa")


def test_up_tells_whether_a_target_answers() -> None:
    assert points(guest(Period(0, 30), Period(60)), "up", pod="virt-launcher-a") == [1, 1, 0, 0, 1, 1, 1]


def test_counters_repeat_a_reading_until_the_next_collection() -> None:
    energy = points(guest(), "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION")

    assert energy == [
        4e6,
        4e6,
        4e6 + 30 * 256e3,
        4e6 + 30 * 256e3,
        4e6 + 60 * 256e3,
        4e6 + 60 * 256e3,
        4e6 + 90 * 256e3,
    ]
