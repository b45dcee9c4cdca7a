"""From a request to a rule set: the records in the order in which they must be evaluated, in groups."""

from __future__ import annotations

from collections import Counter

from gpurules.rules.combined import combined_rule
from gpurules.rules.devices import count_rule, info_rule
from gpurules.rules.fields import field_rule
from gpurules.rules.group import RecordingRule, RuleSet
from gpurules.rules.grouping import GroupPolicy, grouped
from gpurules.rules.health import health_rules
from gpurules.rules.identity import input_rules
from gpurules.rules.memory import memory_rules
from gpurules.rules.request import Request
from gpurules.rules.spec import Refusal
from gpurules.text.errors import InputError, Problem


def build(request: Request, refusals: tuple[Refusal, ...] = (), policy: GroupPolicy | None = None) -> RuleSet:
    """The rules of ``request``, in groups as ``policy`` says.

    Raises InputError where nothing is left to record or two records have one name.
    """
    if not request.fields:
        advice = "name at least one field that can be recorded; see gpurules render --explain"
        raise InputError(Problem("there is nothing to record", advice=advice))
    rules = (*input_rules(request), *_device_level(request))
    if "vmi" in request.levels:
        rules = (*rules, *_vm_level(request))
    rules = (*rules, *health_rules(request), *_fleet_levels(request))
    _refuse_clashes(rules)
    subsystems = {entry.field.name: entry.field.subsystem for entry in request.fields}
    return RuleSet(grouped(rules, subsystems, policy or GroupPolicy(), request.interval), refusals)


def _device_level(request: Request) -> tuple[RecordingRule, ...]:
    fields = tuple(field_rule(measured, request) for measured in request.fields)
    return (info_rule(request), *fields, *memory_rules(request, "vmi_gpu"))


def _vm_level(request: Request) -> tuple[RecordingRule, ...]:
    combined = (combined_rule(measured, request) for measured in request.fields)
    fields = tuple(rule for rule in combined if rule is not None)
    return (count_rule(request), *fields, *memory_rules(request, "vmi"))


def _fleet_levels(request: Request) -> tuple[RecordingRule, ...]:
    if not set(request.levels) - {"vmi_gpu", "vmi"}:
        return ()
    from gpurules.rules.fleet import LEVELS, fleet_rules
    from gpurules.rules.integrals import integral_rules
    from gpurules.rules.placement import placement_rule

    levels = [level for name in request.levels for level in LEVELS.get(name, ())]
    rules = (rule for level in levels for rule in (*fleet_rules(level, request), *integral_rules(level, request)))
    return (placement_rule(request), *rules)


def _refuse_clashes(rules: tuple[RecordingRule, ...]) -> None:
    counted = Counter((rule.spec.record, rule.spec.rule_labels) for rule in rules)
    clashes = [record for (record, _), count in counted.items() if count > 1]
    if clashes:
        advice = "choose another name in rules.fields.<field>.rename"
        raise InputError([Problem(f"two records are called {record}", advice=advice) for record in clashes])
