"""From a request to a rule set: the records in the order in which one group must evaluate them."""

from __future__ import annotations

from collections import Counter

from gpurules.rules.combined import combined_rule
from gpurules.rules.devices import count_rule, info_rule
from gpurules.rules.fields import field_rule
from gpurules.rules.group import RecordingRule, RuleGroup, RuleSet
from gpurules.rules.health import health_rules
from gpurules.rules.identity import input_rules
from gpurules.rules.memory import memory_rules
from gpurules.rules.request import Request
from gpurules.rules.spec import Refusal
from gpurules.text.errors import InputError, Problem

GROUP = "gpurules"


def build(request: Request, refusals: tuple[Refusal, ...] = ()) -> RuleSet:
    """The rules of ``request``. One group, since a record is read in the evaluation that wrote it.

    Raises InputError where nothing is left to record or two records have one name.
    """
    if not request.fields:
        advice = "name at least one field that can be recorded; see gpurules render --explain"
        raise InputError(Problem("there is nothing to record", advice=advice))
    rules = (*input_rules(request), *_device_level(request))
    if "vmi" in request.levels:
        rules = (*rules, *_vm_level(request))
    rules = (*rules, *health_rules(request))
    _refuse_clashes(rules)
    return RuleSet((RuleGroup(GROUP, rules, request.interval),), refusals)


def _device_level(request: Request) -> tuple[RecordingRule, ...]:
    fields = tuple(field_rule(measured, request) for measured in request.fields)
    return (info_rule(request), *fields, *memory_rules(request, "vmi_gpu"))


def _vm_level(request: Request) -> tuple[RecordingRule, ...]:
    combined = (combined_rule(measured, request) for measured in request.fields)
    fields = tuple(rule for rule in combined if rule is not None)
    return (count_rule(request), *fields, *memory_rules(request, "vmi"))


def _refuse_clashes(rules: tuple[RecordingRule, ...]) -> None:
    counted = Counter((rule.spec.record, rule.spec.rule_labels) for rule in rules)
    clashes = [record for (record, _), count in counted.items() if count > 1]
    if clashes:
        advice = "choose another name in rules.fields.<field>.rename"
        raise InputError([Problem(f"two records are called {record}", advice=advice) for record in clashes])
