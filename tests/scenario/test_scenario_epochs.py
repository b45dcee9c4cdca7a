"""Within an epoch nothing changes but numbers: what is worked out once for an epoch holds at each of its moments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gpurules.scenario.booking import RulesFor
from gpurules.scenario.epochs import epochs
from gpurules.scenario.exposition import exposed
from gpurules.scenario.fleet import SINGLE, cluster, gpu
from gpurules.scenario.kube_state import KEPT, PREPARED
from gpurules.scenario.model import Period, Stay, VirtualMachine, World
from gpurules.scenario.scenarios.registry import SCENARIOS, world
from gpurules.scenario.standing import Standing
from gpurules.scenario.told import told

STEP = 15
"""Seconds between two moments, as between two scrapes: what changes stays changed for longer."""
WAYS = (("pod-network", "host-mapped"), ("remote", "vsock-exporter"), ("node-exporter",))
EVERY_PATH = ("pod-network", "vsock-exporter", "host", "remote", "single-vm-node")


def facts(story: World, moment: float, owners: bool) -> tuple[object, ...]:
    """All that is kept for an epoch, worked out at ``moment``."""
    rules = RulesFor(EVERY_PATH, owners=owners)
    now = Standing(story, moment, guests_honor=False, rules=rules)
    known = (now.told, now.watched, now.launchers, now.listed, now.holders, now.on_nodes)
    doubted = frozenset(("node", node) for node in story.cluster.nodes[:1])
    return exposed(story.cluster, moment), now.seen, now.keys, known, now.booked(doubted), now.devices(doubted)


@pytest.mark.parametrize("owners", [False, True], ids=["VMs are told", "owners of pods are told"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_but_numbers_changes_within_an_epoch(name: str, owners: bool) -> None:
    story = told(world(name), WAYS, kube_state=True)
    for one in story.clusters.values():
        alone = replace(story, cluster=one, others={})
        first: dict[int, tuple[object, ...]] = {}
        for moment in range(0, story.end + 1, STEP):
            now = facts(alone, moment, owners)
            assert now == first.setdefault(epochs(one).of(moment), now), f"something happens by {moment} s"


LATER = Period(100, 200)
CUTS: list[tuple[str, dict[str, Any], set[float]]] = [
    ("a stay", {"period": LATER}, {100, 200, 100 - PREPARED, 200 + KEPT}),
    ("a VM that is scheduled before", {"period": LATER, "scheduling": 7}, {93, 93 - PREPARED}),
    ("a VM that is overlooked", {"overlooked": LATER}, {100, 200}),
    ("a VM that is listed late", {"listed_from": 40}, {40}),
]


@pytest.mark.parametrize(("stay", "expected"), [row[1:] for row in CUTS], ids=[row[0] for row in CUTS])
def test_an_epoch_ends_where_a_stay_changes(stay: dict[str, Any], expected: set[float]) -> None:
    assert expected <= set(epochs(cluster(with_stay(replace(SINGLE.stays[0], **stay)))).cuts)


def with_stay(stay: Stay) -> VirtualMachine:
    """The VM with one stay."""
    return replace(SINGLE, stays=(stay,))


def test_an_epoch_ends_where_a_guest_changes() -> None:
    exporter = SINGLE.exporter
    assert exporter is not None
    changing = replace(
        SINGLE,
        exporter=replace(exporter, answers=(Period(0, 110),)),
        second=replace(exporter, answers=(Period(0, 120),)),
        upgrade=(130, replace(exporter, answers=(Period(0, 140),))),
        later=((150, (gpu(1),)),),
    )

    assert {110, 120, 130, 140, 150} <= set(epochs(cluster(changing)).cuts)


def test_a_moment_is_in_the_epoch_that_begins_with_it() -> None:
    known = epochs(cluster(with_stay(replace(SINGLE.stays[0], period=Period(100, 200)))))

    assert known.of(99.5) < known.of(100) == known.of(199.5) < known.of(200)
