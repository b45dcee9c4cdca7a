"""What render writes, judged by promtool on every scenario, for every release and way of scraping.

Rule files that are equal but for their comments are run once: the table says which releases a run stands for.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import promtool_runs
from gpurules.scenario.leftover import with_leftovers
from gpurules.scenario.model import absent_value
from gpurules.scenario.old_labels import without_old_uuid
from gpurules.scenario.promtool import rule_test
from gpurules.scenario.quantities import DEFAULT_FIELDS
from gpurules.scenario.scenarios.registry import stories, world
from rendered import RELEASES, Rendered, rendered

SCRAPES = {"false": (False,), "true": (True,), "auto": (False, True)}
"""What ``--honor-labels`` says, and with what the guests may then be scraped."""

CASES = [
    pytest.param(release, setting, honored, id=f"{release}-{setting}-scraped-{str(honored).lower()}")
    for release in RELEASES
    for setting, modes in SCRAPES.items()
    for honored in modes
]

LEFT_OVER = (
    "steady",
    "migration",
    "restart",
    "prometheus_restart_failover",
    "mig",
    "mixed_exporters",
    "left_behind",
    "restarted_in_place",
)
"""Stories that are told a second time with a former generation of every record still in sight."""


@cache
def story_text(name: str, spelling: str, rules: Rendered, honored: bool, left_over: bool, old_uuid: bool) -> str:
    """The promtool test of a scenario; ``old_uuid``: whether the rules read the label uuid."""
    story = world(name, spelling)
    test = rule_test(story, rules.specs, honored)
    if left_over:
        test = with_leftovers(test, story, rules.specs, honored)
    if not old_uuid:
        test = without_old_uuid(test, story)
    return promtool_runs.text_of(test, rules.groups)


@pytest.mark.parametrize("setting", SCRAPES)
@pytest.mark.parametrize("release", RELEASES)
def test_promtool_accepts_what_is_rendered(promtools: dict[str, Path], release: str, setting: str) -> None:
    text = rendered(release, setting).text

    assert {version: promtool_runs.check(path, text) for version, path in promtools.items()} == dict.fromkeys(
        promtools, ""
    )


@pytest.mark.parametrize(("release", "setting", "honored"), CASES)
def test_every_scenario_shows_what_it_must(
    promtools: dict[str, Path], release: str, setting: str, honored: bool
) -> None:
    told(promtools, representative(rendered(release, setting)), absent_value(release), honored)


@pytest.mark.parametrize(("release", "setting", "honored"), [case for case in CASES if str(case.id).startswith("main")])
def test_every_scenario_with_old_label_names_read(
    promtools: dict[str, Path], release: str, setting: str, honored: bool
) -> None:
    rules = rendered(release, setting, use_old_namespace=True)

    told(promtools, rules, absent_value(release), honored, old_uuid=True)


def told(promtools: dict[str, Path], rules: Rendered, spelling: str, honored: bool, old_uuid: bool = False) -> None:
    """Tells every scenario to every promtool."""
    texts = {name: story_text(name, spelling, rules, honored, False, old_uuid) for name in stories(kube_state=False)}
    texts |= {f"{name}, left over": story_text(name, spelling, rules, honored, True, old_uuid) for name in LEFT_OVER}

    for version, promtool in promtools.items():
        failed = promtool_runs.failures(promtool, rules.rules, texts)
        assert not failed, f"promtool {version}\n" + "\n".join(f"{name}: {said}" for name, said in failed.items())


_REPRESENTATIVES: dict[str, Rendered] = {}


def representative(rules: Rendered) -> Rendered:
    """The first rendering with the same rules, so that what is done for one is not done again."""
    return _REPRESENTATIVES.setdefault(rules.rules, rules)


def test_every_default_counter_is_recorded() -> None:
    recorded = {field for spec in rendered("main", "auto").specs if spec.role == "field" for field in spec.fields}

    assert recorded == set(DEFAULT_FIELDS)


def test_rules_differ_only_where_it_matters() -> None:
    distinct = {rendered(release, setting).rules for release in RELEASES for setting in SCRAPES}

    assert len(distinct) <= len(SCRAPES)


def test_the_same_configuration_gives_the_same_bytes() -> None:
    first = rendered("main", "auto").text
    rendered.cache_clear()

    assert rendered("main", "auto").text == first
