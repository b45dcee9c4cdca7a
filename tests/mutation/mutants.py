"""The mutants of a subject's rules: every mistake of every mutator at every place where it fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gpurules.promql.syntax.tree import Expression, NumberLiteral, StringLiteral
from gpurules.rules.group import RecordingRule
from mutation.places import Place, places, with_node
from mutation.registry import MUTATORS
from mutation.typed import TypeChecker


@dataclass(frozen=True, slots=True)
class Mutant:
    """``expression`` instead of that of ``rule``, the one at ``position``: ``mutator`` did ``detail`` at ``place``."""

    mutator: str
    detail: str
    position: int
    place: Place
    rule: RecordingRule
    expression: Expression

    @property
    def original(self) -> Expression:
        """What stands at ``place`` in the rule."""
        return dict(places(self.rule.expression))[self.place]

    @property
    def label(self) -> str:
        """Record, static labels, place and what was done: the same in every run."""
        static = "".join(f" {name}={value}" for name, value in self.rule.spec.rule_labels)
        place = ".".join(map(str, self.place)) or "root"
        return f"{self.rule.spec.record}{static} at {place}: {self.detail}"


def mutants(checker: TypeChecker, mutators: Iterable[str] = tuple(MUTATORS)) -> Iterator[Mutant]:
    """All mutants that differ from the rule and, within a rule, from each other."""
    wanted = [MUTATORS[name] for name in mutators]
    for position, rule in enumerate(checker.rules):
        seen = {rule.expression}
        possible = checker.possible_labels(rule.expression)
        for mutator in wanted:
            for place, node in places(rule.expression):
                if isinstance(node, NumberLiteral | StringLiteral):
                    continue
                for mistake in mutator.mutate(node, possible):
                    expression = with_node(rule.expression, place, mistake.node)
                    if expression not in seen:
                        seen.add(expression)
                        yield Mutant(mutator.name, mistake.detail, position, place, rule, expression)
