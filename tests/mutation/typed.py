"""What the type checker of the rules says of a mutant: it alone is typed again, and whatever reads its record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.records import record_type, united_records
from gpurules.promql.syntax.tree import Expression
from gpurules.promql.types import SeriesType
from gpurules.rules.group import RecordingRule, RuleGroup, RuleSet
from gpurules.rules.grouping import records_read
from gpurules.rules.proof import NotProved, prove
from mutation.mutator import PossibleLabels

NOTHING: frozenset[str] = frozenset()


class TypeChecker:
    """The rules in order of evaluation, the types of their records, and of what is scraped."""

    def __init__(self, rules: Sequence[RecordingRule], sources: Callable[[str], SeriesType | None]) -> None:
        self.rules = tuple(rules)
        self._sources = sources
        self._records: dict[str, tuple[SeriesType, ...]] = {}
        for rule in self.rules:
            found = infer(rule.expression, self).type
            recorded, _ = record_type(rule.spec.record, found, rule.spec.rule_labels)
            self._records[rule.spec.record] = (*self._records.get(rule.spec.record, ()), recorded)

    def type_of(self, metric: str) -> SeriesType | None:
        """The type of a record or of a scraped metric."""
        parts = self._records.get(metric)
        return united_records(parts) if parts else self._sources(metric)

    def possible_labels(self, expression: Expression) -> PossibleLabels:
        """The labels that the parts of ``expression`` may carry."""
        typed = {
            id(node.expression): node.type.possible
            for node in infer(expression, self).nodes
            if isinstance(node.type, SeriesType)
        }
        return lambda part: typed.get(id(part), NOTHING)

    def complaint(self, position: int, expression: Expression) -> str:
        """Why the rules are refused with ``expression`` in the rule at ``position``; empty where they are not."""
        rule = replace(self.rules[position], expression=expression)
        readers = self._readers(position)
        try:
            prove(RuleSet((RuleGroup("changed", (rule,)),)), self.type_of)
            prove(RuleSet((RuleGroup("changed", (rule, *readers)),)), self.type_of)
        except NotProved as error:
            return str(error)
        return ""

    def _readers(self, position: int) -> list[RecordingRule]:
        read_from = {self.rules[position].spec.record}
        found = []
        for rule in self.rules[position + 1 :]:
            if read_from & set(records_read(rule.expression)):
                found.append(rule)
                read_from.add(rule.spec.record)
        return found
