"""Which rules stand together, and that no group reads what is written after it."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from gpurules.app.groups import group_policy
from gpurules.app.rendering import proved_rules
from gpurules.app.sources import read_sources
from gpurules.config.model import Config, OutputSection, RulesSection
from gpurules.rules.group import RuleSet
from gpurules.rules.grouping import GROUP, MOST_IN_ONE, GroupPolicy, grouped, records_read
from rule_groups import rule

ALL_LEVELS = ("vmi_gpu", "vmi", "namespace", "node", "cluster")


@cache
def rule_set(groups: str = "auto", size: int = 0, form: str = "rules", preset: str = "default") -> RuleSet:
    config = Config(
        rules=RulesSection(levels=ALL_LEVELS, groups=groups, group_size=size, preset=preset),
        output=OutputSection(format=form),
    )
    return proved_rules(config, read_sources(config))


LAYOUTS = {
    "one by default": ({}, 1, 200),
    "one on request, however long": ({"groups": "single", "preset": "full"}, 1, 2000),
    "many where it is long": ({"preset": "full"}, 20, 60),
    "one for each subsystem": ({"groups": "subsystem"}, 10, 60),
    "as small as asked for": ({"groups": "subsystem", "size": 5}, 20, 5),
    "as Mimir takes them": ({"form": "mimir"}, 10, 20),
    "as Mimir takes them, all fields": ({"form": "mimir", "preset": "full"}, 40, 20),
    "one for Mimir on request": ({"form": "mimir", "groups": "single"}, 1, 200),
}


@pytest.mark.parametrize(("asked", "least", "largest"), LAYOUTS.values(), ids=LAYOUTS)
def test_layout(asked: dict[str, Any], least: int, largest: int) -> None:
    groups = rule_set(**asked).groups

    assert len(groups) >= least
    assert least > 1 or len(groups) == 1
    assert max(len(group.rules) for group in groups) <= largest
    assert len({group.name for group in groups}) == len(groups)
    assert groups[0].name in (GROUP, f"{GROUP}-identity", f"{GROUP}-identity-1")


@pytest.mark.parametrize(("asked", "least", "largest"), LAYOUTS.values(), ids=LAYOUTS)
def test_nothing_is_read_before_it_is_written(asked: dict[str, Any], least: int, largest: int) -> None:
    rules = [rule for group in rule_set(**asked).groups for rule in group.rules]
    written = {rule.spec.record for rule in rules}
    seen: set[str] = set()
    for one in rules:
        assert records_read(one.expression) & written <= seen, one.spec.record
        seen.add(one.spec.record)


@pytest.mark.parametrize("asked", [{"groups": "subsystem"}, {"form": "mimir"}], ids=["subsystem", "mimir"])
def test_what_comes_of_a_field_stays_in_its_group(asked: dict[str, Any]) -> None:
    homes: dict[str, str] = {}
    for group in rule_set(**asked).groups:
        for one in group.rules:
            homes[one.spec.record] = group.name
            if one.spec.level in ("vmi_gpu", "vmi") and one.spec.role in ("field", "memory_total", "memory_used_ratio"):
                read = {homes[name] for name in records_read(one.expression) if name in homes}
                assert read <= {group.name, f"{GROUP}-identity"}, one.spec.record


def test_the_same_rules_whatever_the_groups() -> None:
    one, many = (
        {rule.spec.record for g in rule_set(kind).groups for rule in g.rules} for kind in ("single", "subsystem")
    )

    assert one == many


def test_a_long_chain_is_cut_in_its_order() -> None:
    from gpurules.promql.syntax.build import selector

    chain = [rule("r0", selector("x")), *(rule(f"r{n}", selector(f"r{n - 1}")) for n in range(1, 7))]
    groups = grouped(chain, {}, GroupPolicy("subsystem", 3), "30s")

    assert [[one.spec.record for one in group.rules] for group in groups] == [
        ["r0", "r1", "r2"],
        ["r3", "r4", "r5"],
        ["r6"],
    ]
    assert [group.name for group in groups] == [f"{GROUP}-device-{n}" for n in (1, 2, 3)]
    assert {group.interval for group in groups} == {"30s"}


def test_the_default_set_is_far_from_the_threshold() -> None:
    assert len(rule_set("single").groups[0].rules) < MOST_IN_ONE


@pytest.mark.parametrize(
    ("form", "groups", "size", "policy"),
    [
        ("prometheusrule", "auto", 0, GroupPolicy("auto", 0)),
        ("mimir", "auto", 0, GroupPolicy("subsystem", 20)),
        ("mimir", "auto", 50, GroupPolicy("subsystem", 50)),
        ("mimir", "single", 0, GroupPolicy("single", 20)),
        ("rules", "subsystem", 7, GroupPolicy("subsystem", 7)),
    ],
)
def test_policy(form: str, groups: str, size: int, policy: GroupPolicy) -> None:
    config = Config(rules=RulesSection(groups=groups, group_size=size), output=OutputSection(format=form))

    assert group_policy(config) == policy
