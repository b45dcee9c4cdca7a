"""The proof refuses what can fail at run time, what is not known, and what is not as promised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpurules.app.rendering import proved_rules
from gpurules.app.series import source_types
from gpurules.app.sources import read_sources
from gpurules.config.model import Config, KubevirtSection, RulesSection
from gpurules.promql.syntax.parser import parse
from gpurules.promql.types import Kind, Unit
from gpurules.rules.group import RuleGroup, RuleSet
from gpurules.rules.proof import NotProved, prove

CONFIG = Config()
SOURCES = read_sources(CONFIG)
TYPES = source_types(CONFIG, SOURCES)
RULES = proved_rules(CONFIG, SOURCES)
IDENTITY = "vmi_pod:kubevirt_vmi_gpu_identity:group"
POWER = "vmi_gpu:kubevirt_vmi_gpu_power_watts:max"
INFO = 'kubevirt_vmi_info{phase="running", vmi_pod!="", vmi_pod!="<none>"}'


def with_expression(record: str, expression: str) -> RuleSet:
    rules = tuple(
        replace(rule, expression=parse(expression)) if rule.spec.record == record else rule
        for rule in RULES.groups[0].rules
    )
    return RuleSet((RuleGroup("g", rules),))


def with_promise(record: str, **promise: object) -> RuleSet:
    rules = tuple(
        replace(rule, spec=replace(rule.spec, **promise)) if rule.spec.record == record else rule  # type: ignore[arg-type]
        for rule in RULES.groups[0].rules
    )
    return RuleSet((RuleGroup("g", rules),))


JOIN = "* on (namespace, pod) group_left (name, node)"
UNSAFE = {
    "raw series on the many side": (POWER, f"DCGM_FI_DEV_POWER_USAGE {JOIN} {IDENTITY}", "E4"),
    "no de-duplication of the identity": (
        IDENTITY,
        f'group by (namespace, pod, name, node, instance) (label_replace({INFO}, "pod", "$1", "vmi_pod", "(.+)"))',
        "instance",
    ),
    "join on the VM's name": (
        POWER,
        "max by (namespace, pod, UUID) (DCGM_FI_DEV_POWER_USAGE)"
        f' * on (namespace, pod) group_left (name, node) label_replace({INFO}, "pod", "$1", "vmi_pod", "(.+)")',
        "E2",
    ),
    "guests without a launcher pod": (
        POWER,
        "max by (namespace, pod, UUID) (DCGM_FI_DEV_POWER_USAGE) * on (namespace, pod) group_left (name, node) "
        'max by (namespace, pod, name, node) (label_replace(kubevirt_vmi_info, "pod", "$1", "vmi_pod", "(.+)"))',
        "E2",
    ),
    "a construct that is not known": (POWER, "info(x)", "not proved"),
    "a label is lost": (
        POWER,
        f"max by (namespace, name, node, UUID, gpu) (max by (namespace, pod, UUID, GPU_I_ID, gpu) "
        f"(DCGM_FI_DEV_POWER_USAGE) {JOIN} {IDENTITY})",
        "never carries GPU_I_ID",
    ),
    "one side of an or lacks a label": (
        POWER,
        f"max by (namespace, name, node, UUID, GPU_I_ID, gpu) ((max by (namespace, pod, UUID, GPU_I_ID, gpu) "
        f"(DCGM_FI_DEV_POWER_USAGE) or max by (namespace, pod, UUID, gpu) (DCGM_FI_DEV_BOARD_POWER_WATTS)) "
        f"{JOIN} {IDENTITY})",
        "one side never carries GPU_I_ID",
    ),
    "a match on a label that one side lacks": (
        POWER,
        f"max by (namespace, name, node, UUID, GPU_I_ID, gpu) (max by (namespace, pod, UUID, GPU_I_ID, gpu) "
        f"(DCGM_FI_DEV_POWER_USAGE) {JOIN} {IDENTITY}) and on (namespace, instance) {IDENTITY}",
        "matches on instance",
    ),
    "wrong factor": (
        POWER,
        f"max by (namespace, name, node, UUID, GPU_I_ID, gpu) (max by (namespace, pod, UUID, GPU_I_ID, gpu) "
        f"(DCGM_FI_DEV_POWER_USAGE) {JOIN} {IDENTITY}) / 1000",
        "unit",
    ),
    "sum of codes": (
        "vmi:kubevirt_vmi_gpu_xid:max",
        "sum by (namespace, name, node, err_code) (vmi_gpu:kubevirt_vmi_gpu_xid:max)",
        "code",
    ),
}


@pytest.mark.parametrize(("record", "expression", "said"), UNSAFE.values(), ids=UNSAFE)
def test_refused(record: str, expression: str, said: str) -> None:
    with pytest.raises(NotProved, match=said):
        prove(with_expression(record, expression), TYPES.type_of)


PROMISES = {
    "unit": ({"unit": Unit((("byte", 1),))}, "unit"),
    "kind": ({"kind": Kind.COUNTER}, "kind|counter"),
    "labels": ({"labels": ("namespace", "name")}, "UUID"),
}


@pytest.mark.parametrize(("promise", "said"), PROMISES.values(), ids=PROMISES)
def test_a_broken_promise_is_refused(promise: dict[str, object], said: str) -> None:
    with pytest.raises(NotProved, match=said):
        prove(with_promise(POWER, **promise), TYPES.type_of)


CONFIGURATIONS = {
    "defaults": Config(),
    "several clusters": Config(rules=RulesSection(cluster_label="cluster")),
    "copied labels": Config(kubevirt=KubevirtSection(copy_labels=("instance_type", "guest_os_name"))),
    "everything": Config(
        kubevirt=KubevirtSection(copy_labels=("instance_type",), gpu_resources=("nvidia.com/GA102GL_A10",)),
        rules=RulesSection(cluster_label="cluster", rate_window="10m"),
    ),
    "GPUs only": Config(rules=RulesSection(levels=("vmi_gpu",))),
}


@pytest.mark.parametrize("config", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_what_render_builds_is_proved(config: Config) -> None:
    rules = proved_rules(config, read_sources(config)).groups[0].rules

    assert len({(rule.spec.record, rule.spec.rule_labels) for rule in rules}) == len(rules) > 30
