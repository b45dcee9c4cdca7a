"""The rules of gpurules that are loaded: do they fail, lag, lack records, differ from what is rendered?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from gpurules.cluster.prometheus.answer import LoadedRule
from gpurules.cluster.prometheus.fault import PrometheusFault
from gpurules.conventions.upstream_names import upstream_names
from gpurules.doctor.asking import ask
from gpurules.doctor.model import SAMPLES, Fact, Figure, Finding, Loaded, RuleGroup, RuleState, Sample, Severity
from gpurules.doctor.question import Case, Question, Stores, Wanted
from gpurules.doctor.store import Store, answers_not
from gpurules.promql.syntax.build import aggregate, matcher, selector
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.tree import Expression, Grouping, Matching, Paren, VectorSelector
from gpurules.rules.names import PREFIX

NAME = "loaded"
OURS = re.compile(rf"[a-z_]+:{PREFIX}(?:_[a-z0-9_]+)?:[a-z0-9]+")
"""The names of the records that gpurules renders unless a configuration renames them."""
STALE_AFTER = 3
"""Intervals without an evaluation."""
LEAST_STALE = 300.0
SLOW_SHARE = 0.5
"""Of the interval: a group that takes longer has no room to grow."""

_Key = tuple[str, tuple[tuple[str, str], ...]]


async def _ask(stores: Stores, case: Case) -> Loaded:
    if stores.rules is not None:
        # Whoever is named for this alone must answer it.
        found = compare(await stores.rules.rules(), case.scope.wanted, case.scope.at)
    else:
        found = await _told(stores.evaluator or stores.view, case)
    return found if found.groups else replace(found, recorded=await _recorded(stores, case))


async def _told(store: Store, case: Case) -> Loaded:
    try:
        rules = await store.rules()
    except PrometheusFault as fault:
        if answers_not(fault):
            return Loaded(asked=False)
        raise
    return compare(rules, case.scope.wanted, case.scope.at)


async def _recorded(stores: Stores, case: Case) -> int:
    """How many of our records have series in the view."""
    renamed = sorted({one.spec.record for one in case.scope.wanted if not OURS.fullmatch(one.spec.record)})
    names = matcher("__name__", "=~", "|".join((OURS.pattern, *renamed)))
    rows = await ask(stores.view, aggregate("group", ("__name__",), selector(None, names)), case.scope.at)
    return len({row.labels.get("__name__", "") for row in rows} - upstream_names().keys())


def compare(rules: Sequence[LoadedRule], wanted: Sequence[Wanted], at: float) -> Loaded:
    """The state of every rule that is ours, loaded or only rendered."""
    by_key: dict[_Key, Wanted] = {(one.spec.record, one.spec.rule_labels): one for one in wanted}
    records = {one.spec.record for one in wanted}
    theirs = upstream_names()
    ours = [
        rule for rule in rules if rule.record in records or (OURS.fullmatch(rule.record) and rule.record not in theirs)
    ]
    states = [_state(rule, by_key.get(_key(rule, by_key)), bool(wanted), at) for rule in ours]
    found = {_key(rule, by_key) for rule in ours}
    if ours:
        states += [RuleState(key[0], "missing") for key in by_key if key not in found]
    return Loaded(True, _groups(ours, rules), tuple(states))


def _key(rule: LoadedRule, known: dict[_Key, Wanted]) -> _Key:
    exact = (rule.record, tuple(sorted(rule.labels.items())))
    return exact if exact in known else (rule.record, ())


def _groups(ours: Sequence[LoadedRule], every: Sequence[LoadedRule]) -> tuple[RuleGroup, ...]:
    names = dict.fromkeys((rule.file, rule.group) for rule in ours)
    return tuple(
        RuleGroup(
            group,
            file,
            next(one.interval for one in ours if (one.file, one.group) == (file, group)),
            sum(one.evaluation_seconds for one in every if (one.file, one.group) == (file, group)),
            sum(1 for one in ours if (one.file, one.group) == (file, group)),
        )
        for file, group in names
    )


def _state(rule: LoadedRule, wanted: Wanted | None, rendered: bool, at: float) -> RuleState:
    if rule.health == "err" or rule.last_error:
        return RuleState(rule.record, "failing", rule.group, rule.last_error)
    age = at - rule.last_evaluation
    if rule.last_evaluation and age > max(STALE_AFTER * rule.interval, LEAST_STALE):
        return RuleState(rule.record, "stale", rule.group, f"last evaluated {age:.0f} s ago")
    if wanted is None:
        return RuleState(rule.record, "unknown" if rendered else "ok", rule.group)
    if not same(rule.expression, wanted.expression):
        return RuleState(rule.record, "drifted", rule.group, " ".join(rule.expression.split()))
    return RuleState(rule.record, "ok", rule.group)


def same(text: str, expression: Expression) -> bool:
    """Whether ``text``, as a server prints it, means ``expression``: equal trees but for brackets and for the order of
    matchers and of labels, which mean nothing."""
    try:
        return bool(_plain(parse(text)) == _plain(expression))
    except SyntaxProblem:
        return False


def _plain(node: Any) -> Any:
    if isinstance(node, Paren):
        return _plain(node.expression)
    if isinstance(node, tuple):
        return tuple(_plain(one) for one in node)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    changed = replace(node, **{one.name: _plain(getattr(node, one.name)) for one in fields(node) if one.compare})
    if isinstance(changed, VectorSelector):
        return replace(
            changed, matchers=tuple(sorted(changed.matchers, key=lambda one: (one.label.text, one.op, one.value)))
        )
    if isinstance(changed, (Grouping, Matching)):
        return replace(changed, labels=tuple(sorted(changed.labels, key=lambda one: one.text)))
    return changed


def _findings(found: Loaded, case: Case) -> Iterable[Finding]:
    by_state: dict[str, list[RuleState]] = {}
    for rule in found.rules:
        by_state.setdefault(rule.state, []).append(rule)
    for state, (severity, what, advice) in _STATES.items():
        rules = by_state.get(state, [])
        if rules:
            yield Finding(
                f"rules-{state}",
                severity,
                NAME,
                f"{len(rules)} of {len(found.rules)} rules {what}.",
                advice,
                (Figure("rules", len(rules)),),
                tuple(Sample((("__name__", one.record),), one.error) for one in rules[:SAMPLES]),
            )
    slow = [group for group in found.groups if group.interval and group.evaluation > SLOW_SHARE * group.interval]
    if slow:
        late = any(group.evaluation > group.interval for group in slow)
        yield Finding(
            "rules-slow",
            Severity.ERROR if late else Severity.WARNING,
            NAME,
            f"{len(slow)} of {len(found.groups)} rule groups take more than "
            f"{'their interval' if late else 'half their interval'} for one evaluation.",
            "Lengthen rules.interval, or spread the rules: --groups subsystem.",
            tuple(Figure(f"seconds of {group.name}", group.evaluation) for group in slow[:SAMPLES]),
            tuple(
                Sample((("group", one.name),), f"{one.evaluation:.2f} s of {one.interval:g} s")
                for one in slow[:SAMPLES]
            ),
        )


_STATES = {
    "failing": (
        Severity.ERROR,
        "fail when they are evaluated: what they record is missing",
        "Read the error. Many-to-many matching means that the one side of a join has two series for a key.",
    ),
    "stale": (
        Severity.ERROR,
        "are loaded and were not evaluated of late",
        "See whether the server keeps up, and its log.",
    ),
    "missing": (
        Severity.WARNING,
        "that the configuration renders to are not loaded",
        "Apply the rules again (gpurules apply), or name with --config the configuration that was applied.",
    ),
    "drifted": (
        Severity.WARNING,
        "are loaded with another expression than the configuration renders to",
        "Apply the rules again (gpurules apply), or name with --config the configuration that was applied.",
    ),
    "unknown": (
        Severity.NOTE,
        "are loaded under names of gpurules' and are not in the configuration",
        "Delete what is left over (gpurules apply --prune), or name with --config what was applied.",
    ),
}


def _facts(found: Loaded, case: Case) -> Iterable[Fact]:
    if found.recorded:
        told = "none are loaded here" if found.asked else "this server does not tell its rules"
        yield Fact(
            "rules of gpurules",
            f"{told}, and {found.recorded} of their records have series: another program evaluates them (vmalert, "
            "Thanos Ruler); --rules-from says whether they are up to date",
        )
    elif not found.asked:
        yield Fact("rules of gpurules", "this server does not tell its rules, and none of their records is here")
    elif not found.groups:
        yield Fact("rules of gpurules", "none are loaded, and none of their records is here")
    else:
        seconds = sum(group.evaluation for group in found.groups)
        here = sum(1 for rule in found.rules if rule.state != "missing")
        yield Fact("rules of gpurules", f"{here} in {len(found.groups)} groups, evaluated in {seconds:.2f} s")


FINDS = {
    "rules-failing": "rules whose evaluation fails",
    "rules-stale": "rules that are no longer evaluated",
    "rules-missing": "rendered, not loaded",
    "rules-drifted": "loaded with another expression",
    "rules-unknown": "loaded, not rendered",
    "rules-slow": "groups that take half their interval or more",
}
"""The findings, for the documentation."""

QUESTION = Question(NAME, "the rules that are loaded", _ask, FINDS, _findings, _facts)
