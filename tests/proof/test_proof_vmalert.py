"""The same rules and stories, judged by VictoriaMetrics.

vmalert writes what a rule gives when the group is through, so that each record is read one evaluation after it was
written, also within a group: what happens is settled so many evaluations later as the longest chain of records has.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import yaml

import components
import promtool_runs
import vmalert_runs
from gpurules.app.rendering import Rendering, render
from gpurules.config.model import Config, DcgmSection, OutputSection, RulesSection
from gpurules.proving.depth import depth, depths
from gpurules.scenario.moments import lagging
from gpurules.scenario.old_labels import without_old_uuid
from gpurules.scenario.promtool import EVALUATION, rule_test
from gpurules.scenario.scenarios.registry import stories, world

LEVELS = ("vmi_gpu", "vmi", "namespace", "node", "cluster")


@cache
def rendered(honor_labels: str, groups: str = "single") -> Rendering:
    return render(
        Config(
            dcgm=DcgmSection(honor_labels=honor_labels),
            rules=RulesSection(levels=LEVELS, groups=groups),
            output=OutputSection(format="vmrule", target="victoriametrics=1.112"),
        )
    )


def rule_file(rendering: Rendering) -> str:
    """The groups of the VMRule as a file for vmalert."""
    return yaml.dump(yaml.load(rendering.text, yaml.CSafeLoader)["spec"], Dumper=yaml.CSafeDumper)


@pytest.mark.parametrize("groups", ["single", "subsystem"])
@pytest.mark.parametrize("honor_labels", ["false", "true"])
def test_vmalert_accepts_what_is_rendered(honor_labels: str, groups: str) -> None:
    vmalert = components.require("vmalert-1.112")

    assert vmalert_runs.check(vmalert, rule_file(rendered(honor_labels, groups))) == ""


def test_vmalert_can_refuse() -> None:
    vmalert = components.require("vmalert-1.112")

    assert vmalert_runs.check(vmalert, "groups: [{name: g, rules: [{record: a, expr: 'sum('}]}]")


def test_every_scenario_shows_what_it_must() -> None:
    vmalert_tool = components.require("vmalert-tool-1.112")
    rendering = rendered("false")
    rules = [rule for group in rendering.rules.groups for rule in group.rules]
    specs = tuple(rule.spec for rule in rules)
    lag = depth(rules) * EVALUATION
    texts = {
        name: promtool_runs.text_of(
            without_old_uuid(rule_test(lagging(world(name), lag), specs, False), world(name)), ()
        )
        for name in stories(kube_state=False)
    }

    failed = vmalert_runs.failures(vmalert_tool, rule_file(rendering), texts)
    assert not failed, "\n".join(f"{name}: {said}" for name, said in failed.items())


COUNTED = ("info", "gpu_count", "placement", "fleet_count")


def test_a_gpu_that_ended_is_gone_as_soon_as_its_chain_of_records_allows() -> None:
    vmalert_tool = components.require("vmalert-tool-1.112")
    rendering = rendered("false")
    rules = [rule for group in rendering.rules.groups for rule in group.rules]
    chain = depths(rules)
    lost = replace(world("guest_lost"), checkpoints=(390, 510, 540, 570, 600, 630, 660, 690))
    texts = {
        rule.spec.record: promtool_runs.text_of(
            rule_test(lagging(lost, chain[rule.spec.record] * EVALUATION), (rule.spec,), False), ()
        )
        for rule in rules
        if rule.spec.role in COUNTED
    }

    assert len(texts) > len(COUNTED)
    failed = vmalert_runs.failures(vmalert_tool, rule_file(rendering), texts)
    assert not failed, "\n".join(f"{name}: {said}" for name, said in failed.items())
