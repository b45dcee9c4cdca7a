"""The proof: every expression is typed, and its type keeps what its record promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.findings import Inference
from gpurules.promql.infer.records import record_type
from gpurules.promql.types import Kind, SeriesType
from gpurules.rules.group import RecordingRule, RuleSet
from gpurules.rules.sides import lacking
from gpurules.text.errors import CheckFailed, Problem

TypeOf = Callable[[str], SeriesType | None]


class NotProved(CheckFailed):
    """An expression can fail at run time, or is not what its record says."""


class _Environment(NamedTuple):
    """What is known: the metrics of the sources, and the records that came before."""

    sources: TypeOf
    records: dict[str, SeriesType]

    def type_of(self, metric: str) -> SeriesType | None:
        return self.records.get(metric) or self.sources(metric)


def prove(rule_set: RuleSet, sources: TypeOf) -> None:
    """Types every rule in order of evaluation; ``sources`` knows the series that are scraped.

    Raises NotProved with every rule that may fail at run time, that uses a construct the inference does not know, or
    whose labels, unit or kind are not those of its specification.
    """
    environment = _Environment(sources, {})
    problems: list[Problem] = []
    for group in rule_set.groups:
        for rule in group.rules:
            inference = infer(rule.expression, environment)
            problems.extend(_problems(rule, inference))
            if isinstance(inference.type, SeriesType):
                recorded, failure = record_type(rule.spec.record, inference.type, dict(rule.spec.rule_labels))
                if failure is not None:
                    problems.append(_problem(rule, failure.message))
                environment.records[rule.spec.record] = _joined(environment.records.get(rule.spec.record), recorded)
    if problems:
        raise NotProved(problems)


def _joined(before: SeriesType | None, now: SeriesType) -> SeriesType:
    """The type of a record that several rules write: what all of them keep; told apart by their static labels."""
    if before is None:
        return now
    return SeriesType(
        open=before.open or now.open,
        names=now.names,
        certain=before.certain & now.certain,
        possible=before.possible | now.possible,
        unit=before.unit if before.unit == now.unit else None,
        kind=before.kind if before.kind == now.kind else Kind.UNKNOWN,
    )


def _problems(rule: RecordingRule, inference: Inference) -> Iterable[Problem]:
    for failure in inference.failures:
        yield _problem(rule, f"may fail at run time ({failure.code}): {failure.message}")
    for unproved in inference.unproved:
        yield _problem(rule, f"is not proved: {unproved.construct}: {unproved.why}")
    for finding in inference.findings:
        yield _problem(rule, finding.message)
    if not isinstance(inference.type, SeriesType):
        yield _problem(rule, "is not an instant vector")
        return
    yield from _broken_promises(rule, inference.type)
    promised = [label for label in rule.spec.labels if label in inference.type.possible]
    for complaint in lacking(rule.expression, inference, promised):
        yield _problem(rule, complaint)


def _broken_promises(rule: RecordingRule, found: SeriesType) -> Iterable[Problem]:
    spec = rule.spec
    promised = frozenset(spec.labels) - {label for label, _ in spec.rule_labels}
    if found.open or not found.possible <= promised:
        extra = ", ".join(sorted(found.possible - promised)) or "labels that are not known"
        yield _problem(rule, f"carries {extra}, which its specification does not name")
    if not promised <= found.possible:
        lost = ", ".join(sorted(promised - found.possible))
        yield _problem(rule, f"never carries {lost}, which its specification names")
    if found.unit != spec.unit:
        yield _problem(rule, f"has unit {found.unit}, its specification says {spec.unit}")
    if found.kind is not spec.kind:
        yield _problem(rule, f"is a {found.kind.value}, its specification says {spec.kind.value}")


def _problem(rule: RecordingRule, message: str) -> Problem:
    return Problem(f"record {rule.spec.record} {message}", advice="this is a defect in gpurules or in a schema file")
