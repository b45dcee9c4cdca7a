"""What a question is: it asks a store, keeps the answer, and judges it without asking again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from gpurules.catalog.field import Catalog
from gpurules.config.model import Config
from gpurules.doctor.model import Fact, Finding
from gpurules.doctor.store import Store
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.request import Request
from gpurules.rules.spec import RecordSpec

T = TypeVar("T")

Row = Mapping[str, str]
"""Labels of a series."""


def cluster_of(row: Row, request: Request) -> str:
    """The cluster of a series; empty where no label that tells clusters apart is configured."""
    return "".join(row.get(label, "") for label in request.cluster)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record as it would be rendered."""

    spec: RecordSpec
    expression: Expression


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at.

    ``at``: the moment, in seconds since 1970; ``since``: seconds before it. ``config``: what the user has configured,
    or defaults. ``request``: the same in the words of the rules, without sources. ``catalog``: every DCGM field.
    ``wanted``: the rules that ``config`` renders to, in order of evaluation; empty where it does not render.
    ``exporters``, ``kubevirt``: the releases that ``config`` assumes.
    """

    at: float
    since: float
    config: Config
    request: Request
    catalog: Catalog
    wanted: tuple[Wanted, ...] = ()
    kubevirt: str = ""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where questions go: ``view`` is what people query, ``evaluator`` what the rules are evaluated on, if that is
    another one, and ``rules`` what tells them, if that is neither."""

    view: Store
    evaluator: Store | None = None
    rules: Store | None = None


@dataclass(slots=True)
class Case:
    """The scope, and the answers that are in."""

    scope: Scope
    answers: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, question: Question[T]) -> T:
        """The answer to a question that stands before in the registry. Raises KeyError where it was not asked."""
        return cast(T, self.answers[question.name])


def no_findings(answer: Any, case: Case) -> Iterable[Finding]:
    """Nothing is wrong with an answer that others judge."""
    return ()


def no_facts(answer: Any, case: Case) -> Iterable[Fact]:
    """Nothing for the overview."""
    return ()


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """One question.

    ``name``: a word that findings carry. ``summary``: what it asks, in a few words. ``ask``: at most a few queries,
    their number independent of the size of the fleet. ``finds``: the ids of its findings, and what each means, for the
    documentation. ``findings`` and ``facts``: pure functions of the answer and of
    those before it.
    """

    name: str
    summary: str
    ask: Callable[[Stores, Case], Awaitable[T]]
    finds: Mapping[str, str] = field(default_factory=dict)
    findings: Callable[[T, Case], Iterable[Finding]] = no_findings
    facts: Callable[[T, Case], Iterable[Fact]] = no_facts
