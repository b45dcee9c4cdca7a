"""The levels above the VM on every scenario: in one group, in many, and in many that are evaluated the wrong way round.

Groups that are evaluated before those they read see the evaluation before: that is the lag which the documentation
names, one interval for each step from the identity to the record.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import promtool_runs
from gpurules.app.rendering import render
from gpurules.config.model import Config, DcgmSection, OutputSection, RulesSection
from gpurules.scenario.leftover import with_leftovers
from gpurules.scenario.moments import lagging
from gpurules.scenario.old_labels import without_old_uuid
from gpurules.scenario.promtool import EVALUATION, rule_test
from gpurules.scenario.scenarios.registry import stories, world
from rendered import Rendered

LEVELS = ("vmi_gpu", "vmi", "namespace", "node", "cluster")
HOPS = 2
"""From the identity to a GPU's record, and from there to the levels above the VM."""
LEFT_OVER = ("steady", "migration", "restart", "prometheus_restart", "mig", "scraped_twice")


@cache
def rules(groups: str, honor_labels: str) -> Rendered:
    config = Config(
        dcgm=DcgmSection(honor_labels=honor_labels),
        rules=RulesSection(levels=LEVELS, groups=groups, group_size=20),
        output=OutputSection(format="rules"),
    )
    rendering = render(config)
    specs = tuple(rule.spec for group in rendering.rules.groups for rule in group.rules)
    return Rendered(rendering.text, specs, tuple(group.name for group in rendering.rules.groups))


def story(name: str, groups: str, honor_labels: str, lag: int = 0, left_over: bool = False) -> str:
    """The promtool test of a scenario; with a ``lag`` everything is settled so much later, and groups run backwards."""
    told = rules(groups, honor_labels)
    built = lagging(world(name), lag) if lag else world(name)
    specs = tuple(spec for spec in told.specs if not (left_over and spec.step))
    test = rule_test(built, specs, guests_honor=honor_labels == "true")
    if left_over:
        test = with_leftovers(test, built, specs, guests_honor=honor_labels == "true")
    test = without_old_uuid(test, built)
    return promtool_runs.text_of(test, tuple(reversed(told.groups)) if lag else told.groups)


@pytest.mark.parametrize(("honor_labels", "versions"), [("false", 9), ("true", 1)])
def test_every_scenario(promtools: dict[str, Path], honor_labels: str, versions: int) -> None:
    texts = {name: story(name, "single", honor_labels) for name in stories(kube_state=False)}
    texts |= {f"{name}, left over": story(name, "single", honor_labels, left_over=True) for name in LEFT_OVER}

    for version, promtool in list(promtools.items())[:versions]:
        failed = promtool_runs.failures(promtool, rules("single", honor_labels).rules, texts)
        assert not failed, f"promtool {version}\n" + "\n".join(f"{name}: {said}" for name, said in failed.items())


def test_the_lag_between_groups_is_what_is_documented(promtool: Path) -> None:
    texts = {name: story(name, "subsystem", "false", lag=HOPS * EVALUATION) for name in stories(kube_state=False)}

    failed = promtool_runs.failures(promtool, rules("subsystem", "false").rules, texts)
    assert not failed, "\n".join(f"{name}: {said}" for name, said in failed.items())


def test_groups_the_wrong_way_round_do_lag(promtool: Path) -> None:
    told = rules("subsystem", "false")
    test = rule_test(world("migration"), told.specs, guests_honor=False)
    text = promtool_runs.text_of(test, tuple(reversed(told.groups)))

    assert promtool_runs.failures(promtool, told.rules, {"migration": text})
