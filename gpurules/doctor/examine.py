"""The whole examination: every question in turn, then the report from the answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gpurules.doctor.cost import costs
from gpurules.doctor.fleet_map import fleet_map
from gpurules.doctor.model import Fact, Finding, Report, worst_first
from gpurules.doctor.outcome import path_joins
from gpurules.doctor.question import Case, Question, Scope, Stores
from gpurules.doctor.questions import counters, devices, history, holders, joining, loaded
from gpurules.doctor.recommend import recommendation
from gpurules.doctor.registry import QUESTIONS
from gpurules.doctor.store import Counted
from gpurules.rules.paths.registry import PATHS


async def examine(scope: Scope, stores: Stores, questions: Sequence[Question[Any]] = QUESTIONS) -> Case:
    """Every answer. Raises PrometheusFault where a server cannot be asked."""
    case = Case(scope)
    for question in questions:
        case.answers[question.name] = await question.ask(stores, case)
    return case


def findings_of(case: Case, questions: Sequence[Question[Any]] = QUESTIONS) -> tuple[Finding, ...]:
    """What is wrong, the worst first."""
    return worst_first(finding for one in questions for finding in one.findings(case[one], case))


def facts_of(case: Case, questions: Sequence[Question[Any]] = QUESTIONS) -> tuple[Fact, ...]:
    """What was found out, in the order of the questions."""
    return tuple(fact for one in questions for fact in one.facts(case[one], case))


def report_of(case: Case, stores: Stores, server: str, evaluator: str = "", warnings: Iterable[str] = ()) -> Report:
    """The report; a pure function of the answers, but for the number of requests."""
    joins = case[joining.QUESTION]
    return Report(
        at=case.scope.at,
        since=case.scope.since,
        server=server,
        evaluator=evaluator,
        findings=findings_of(case),
        facts=facts_of(case),
        paths=path_joins(PATHS, joins.found),
        coverage=case[history.QUESTION].coverage,
        ambiguities=case[history.QUESTION].ambiguities,
        nodes=fleet_map(joins, case[holders.QUESTION], joining.silent_holders(case)),
        lost=joining.lost_gpus(joins, case[devices.QUESTION].all),
        loaded=case[loaded.QUESTION],
        costs=costs(case),
        recommendation=recommendation(case),
        queries=sum(one.requests for one in (stores.view, stores.evaluator, stores.rules) if isinstance(one, Counted)),
        warnings=tuple(warnings),
        metrics=counters.metrics_of(case[counters.QUESTION], case),
        label_fields=case[counters.QUESTION].label_fields,
    )
