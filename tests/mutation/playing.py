"""Mutants on a stage: all of one rule in one test, each under a name of its own, beside the rules that they read.

What is expected of the rule is expected of each of its mutants. Those of an identity or device record are played a
second time with rules that read them, since what such a record holds within a transition shows in its readers only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from gpurules.promql.syntax.tree import Expression, Name, VectorSelector
from gpurules.rules.group import RecordingRule
from gpurules.rules.grouping import records_read
from gpurules.scenario.leftover import with_leftovers
from gpurules.scenario.model import labels_of
from gpurules.scenario.old_labels import without_old_uuid
from gpurules.scenario.promtool import Check, RuleTest, rule_test
from gpurules.scenario.quantities import ENERGY, POWER, XID
from mutation.batch import Play
from mutation.mutants import Mutant
from mutation.places import places, with_node
from mutation.subjects import FEW, Subject, Trial

MARK = ":mutant_"
OF_FIELDS = ("field", "memory_total", "memory_used_ratio")
SHOWN = (ENERGY, POWER, XID)
"""The fields of the records that are played as readers: a counter, a gauge, a code with a dimension."""


def played(subject: Subject, trial: Trial, cast: Sequence[tuple[int, Mutant]], readers: bool) -> Play:
    """One test of mutants of one rule, each with the number that its records end in."""
    position = cast[0][1].position
    target = subject.rules[position]
    shown = (target, *(readers_of(subject, position) if readers else ()))
    needed = ancestors(subject, shown)
    test = the_test(subject, trial, shown)
    copies: list[RecordingRule] = []
    checks: list[Check] = []
    for number, mutant in cast:
        names = {rule.spec.record: f"{rule.spec.record}{MARK}{number}" for rule in shown}
        copies.append(_renamed(replace(target, expression=mutant.expression), names))
        copies.extend(_renamed(rule, names) for rule in shown[1:])
        checks.extend(_renamed_check(check, names) for check in test.checks)
    return Play((*needed, *copies), replace(test, checks=tuple(checks)))


def numbers_in(text: str) -> set[int]:
    """The numbers of the mutants that a record name or an expression speaks of."""
    return {int(part.split("{")[0].split(" ")[0].rstrip(")")) for part in text.split(MARK)[1:]}


@cache
def the_test(subject: Subject, trial: Trial, shown: tuple[RecordingRule, ...]) -> RuleTest:
    """The story with what is expected of ``shown``."""
    specs = tuple(rule.spec for rule in shown)
    story = subject.world(trial, _fields(subject, shown[0]))
    test = rule_test(story, specs, trial.honored, subject.facts)
    if not subject.old_uuid:
        test = without_old_uuid(test, story)
    if trial.left_over:
        read = tuple(rule.spec for rule in ancestors(subject, shown))
        test = with_leftovers(test, story, read, trial.honored, subject.facts)
    return test


def _fields(subject: Subject, rule: RecordingRule) -> tuple[str, ...]:
    # What a host measures gives way to a guest that sends anything, also another field.
    if rule.spec.role in OF_FIELDS and "host" not in subject.paths:
        return rule.spec.fields
    return subject.fields if rule.spec.role == "device" else FEW


def ancestors(subject: Subject, shown: Sequence[RecordingRule]) -> tuple[RecordingRule, ...]:
    """The rules whose records ``shown`` read, and those that these read, without ``shown``."""
    wanted = {name for rule in shown for name in records_read(rule.expression)}
    found: list[RecordingRule] = []
    for rule in reversed(subject.rules):
        if rule.spec.record in wanted:
            wanted |= set(records_read(rule.expression))
            found.insert(0, rule)
    return tuple(rule for rule in found if rule not in shown[1:])


@cache
def readers_of(subject: Subject, position: int) -> tuple[RecordingRule, ...]:
    """Rules that read the record at ``position``, directly or not: of fields only a few."""
    read_from = {subject.rules[position].spec.record}
    found = []
    for rule in subject.rules[position + 1 :]:
        if read_from & set(records_read(rule.expression)):
            if rule.spec.role in OF_FIELDS and rule.spec.fields not in [(name,) for name in SHOWN]:
                continue
            found.append(rule)
            read_from.add(rule.spec.record)
    return tuple(found)


def _renamed(rule: RecordingRule, names: dict[str, str]) -> RecordingRule:
    spec = replace(rule.spec, record=names[rule.spec.record])
    return RecordingRule(spec, _reading(rule.expression, names))


def _reading(expression: Expression, names: dict[str, str]) -> Expression:
    for place, node in list(places(expression)):
        if isinstance(node, VectorSelector) and node.name is not None and node.name.text in names:
            expression = with_node(expression, place, replace(node, name=Name(names[node.name.text])))
    return expression


def _renamed_check(check: Check, names: dict[str, str]) -> Check:
    record = max((name for name in names if name in check.expression), key=len, default="")
    if not record:
        return check
    samples = tuple(
        replace(one, labels=labels_of({**dict(one.labels), "__name__": names[record]}))
        if dict(one.labels).get("__name__") == record
        else one
        for one in check.samples
    )
    return replace(check, expression=check.expression.replace(record, names[record]), samples=samples)
