"""Runs the checks of expressions: each shape once, and many rules in several processes."""

from __future__ import annotations

import sys
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

from gpurules.lint.check import ExpressionCheck, NameCheck, SyntaxCheck, TemplateCheck
from gpurules.lint.finding import Draft, Note, Severity
from gpurules.lint.records import Records
from gpurules.lint.registry import checks
from gpurules.lint.shapes import Shapes
from gpurules.lint.sources.model import Rule
from gpurules.lint.templates.alert import templated
from gpurules.lint.typed import Named, TypedRule
from gpurules.promql.infer.engine import infer
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.types import ScalarType, SeriesType

FEW = 100
"""Shapes that one process looks at sooner than a second one starts."""

_OTHER_LANGUAGE = "in a VMRule it may be MetricsQL, which is not read here"


@dataclass(frozen=True, slots=True)
class Said:
    """What one check says of one rule."""

    check: str
    severity: Severity
    note: Note | Draft


@dataclass(frozen=True, slots=True)
class Look:
    """What was found in one expression, and what its numbers are for the checks of names; None where it has no type."""

    said: tuple[Said, ...]
    numbers: SeriesType | ScalarType | None = None


class Expressions:
    """Looks at the expressions of a workspace. ``other_language``: rules in MetricsQL, not PromQL. ``least``: the least
    severity that is asked for."""

    def __init__(
        self,
        records: Records,
        chosen: Collection[str],
        other_language: Collection[Rule] = (),
        least: Severity = Severity.INFO,
    ) -> None:
        self._records = records
        self._least = least
        self._other_language = frozenset(other_language)
        named = [(identifier, check) for identifier, check in checks().items() if identifier in chosen]
        self._syntax = [(name, check) for name, check in named if isinstance(check, SyntaxCheck)]
        self._checks = [(name, check) for name, check in named if isinstance(check, ExpressionCheck)]
        self._templates = [(name, check) for name, check in named if isinstance(check, TemplateCheck)]
        self._names = [(name, check) for name, check in named if isinstance(check, NameCheck)]

    def look_at_all(self, rules: Sequence[Rule], jobs: int = 1) -> Iterator[tuple[Rule, Said]]:
        """Everything that is found in ``rules``, with up to ``jobs`` processes."""
        shapes = Shapes(self._records)
        members: dict[Hashable, list[Rule]] = {}
        for rule in rules:
            members.setdefault((rule in self._other_language, shapes.shape_of(rule)), []).append(rule)
        first = [alike[0] for alike in members.values()]
        looks = dict(zip(map(id, first), self._look_at(first, jobs), strict=True))
        again = [rule for alike in members.values() if looks[id(alike[0])].said for rule in alike[1:]]
        looks |= zip(map(id, again), self._look_at(again, jobs), strict=True)
        for alike in members.values():
            for rule in alike:
                look = looks.get(id(rule)) or looks[id(alike[0])]
                for said in look.said:
                    yield rule, said
                for said in self._of_name(rule, look):
                    yield rule, said

    def _look_at(self, rules: Sequence[Rule], jobs: int) -> list[Look]:
        if jobs < 2 or len(rules) < FEW or sys.platform not in ("linux", "darwin"):
            return [self.look(rule) for rule in rules]
        from gpurules.lint.processes import in_processes

        return in_processes(self.look, rules, jobs)

    def look(self, rule: Rule) -> Look:
        """What is found in one rule, whatever its name."""
        try:
            tree = parse(rule.text)
        except SyntaxProblem as problem:
            if rule in self._other_language and not problem.unsupported:
                problem = SyntaxProblem(problem.message, problem.span, problem.advice or _OTHER_LANGUAGE, True)
            return Look(tuple(self._of_syntax(rule, problem)))
        inference = infer(tree, self._records)
        typed = TypedRule(rule.record is None, rule.name, rule.own_labels, rule.text, tree, inference, self._records)
        said = tuple(
            one
            for identifier, check in self._checks
            for one in self._weighed(identifier, check.severity, check.run(typed))
        )
        numbers = inference.type if isinstance(inference.type, SeriesType | ScalarType) else None
        return Look(said, numbers)

    def _of_syntax(self, rule: Rule, problem: SyntaxProblem) -> Iterator[Said]:
        for identifier, check in self._syntax:
            yield from self._weighed(identifier, check.severity, check.run(rule, problem))

    def _of_name(self, rule: Rule, look: Look) -> Iterator[Said]:
        if rule.alert is not None and look.numbers is not None and self._templates:
            alert = templated(rule, look.numbers, self._records, rule in self._other_language)
            for identifier, template_check in self._templates:
                if alert is None:
                    break
                yield from self._weighed(identifier, template_check.severity, template_check.run(alert))
        named = Named(rule.name, rule.text, look.numbers, rule.record is None)
        for identifier, check in self._names:
            yield from self._weighed(identifier, check.severity, check.run(named))

    def _weighed(self, identifier: str, usual: Severity, notes: Iterator[Note] | Iterator[Draft]) -> Iterator[Said]:
        for note in notes:
            severity = usual if note.severity is None else note.severity
            if severity >= self._least:
                yield Said(identifier, severity, note)
