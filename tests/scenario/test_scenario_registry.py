"""Every scenario is in the table, says what it is and why, and can be checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpurules.scenario import scenarios
from gpurules.scenario.promtool import EVALUATION
from gpurules.scenario.scenarios.registry import SCENARIOS, module, stories, world
from gpurules.scenario.scrape import INTERVAL


def test_the_table_holds_every_module() -> None:
    folder = Path(next(iter(scenarios.__path__)))
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "registry"}

    assert modules == set(SCENARIOS)
    assert all(path == f"gpurules.scenario.scenarios.{name}" for name, path in SCENARIOS.items())


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_documented_and_well_formed(name: str) -> None:
    story, built = module(name), world(name, "<none>")

    assert built.name == name
    assert story.__doc__
    assert story.__doc__.splitlines()[0].endswith((".", ";", ","))
    assert isinstance(story.SOURCE, str)
    assert story.SOURCE
    assert built.cluster.absent_value == "<none>"
    assert built.checkpoints
    assert all(moment % EVALUATION == 0 for moment in built.checkpoints)
    assert all(moment in built.checkpoints for _, moment in built.stated)
    assert EVALUATION % INTERVAL == 0


SHARING = {
    "failover_pod_cache",
    "host_mapping",
    "impostor",
    "migration_failover",
    "migration_unscraped",
    "shared_uuid",
    "taking_turns",
    "two_ways",
}
"""Stories in which several VMs claim one GPU."""


def test_stories_of_claims_have_them() -> None:
    claimed = {name for name in SCENARIOS if len(uuids(name)) > len(set(uuids(name)))}

    assert claimed == SHARING


def uuids(name: str) -> list[str]:
    """The UUID of each GPU of each VM."""
    return [gpu.uuid for machine in world(name).cluster.machines for gpu in machine.gpus]


@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - SHARING))
def test_gpus_are_told_apart_by_uuid(name: str) -> None:
    assert len(uuids(name)) == len(set(uuids(name)))


def test_what_is_about_kube_state_metrics_or_one_path_is_told_where_it_is_read() -> None:
    assert stories(True, ("host",)) == tuple(SCENARIOS)
    assert set(SCENARIOS) - set(stories(False, ("host",))) == {"pods_told"}
    assert set(SCENARIOS) - set(stories(True, ("remote", "pod-network"))) == {"host_mapping"}
