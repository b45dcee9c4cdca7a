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


@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - {"shared_uuid"}))
def test_gpus_are_told_apart_by_uuid(name: str) -> None:
    machines = world(name).cluster.machines
    uuids = [gpu.uuid for machine in machines for gpu in machine.gpus]

    assert len(uuids) == len(set(uuids))


def test_what_is_about_kube_state_metrics_is_told_where_it_is_read() -> None:
    assert stories(kube_state=True) == tuple(SCENARIOS)
    assert set(SCENARIOS) - set(stories(kube_state=False)) == {"pods_told"}
