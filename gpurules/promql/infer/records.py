"""What a recording rule makes of an expression, as other rules later read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gpurules.promql.infer.findings import MESSAGES, Failure
from gpurules.promql.infer.keys import (
    ALWAYS,
    always_only,
    key_validity,
    restrict,
    united_facts,
    unproved_labels,
    with_whole_key,
)
from gpurules.promql.infer.labelset import NAME, all_but, may_have, one_name
from gpurules.promql.infer.selectors import ANYTHING, separator, united_labels
from gpurules.promql.infer.steps import SINGLE
from gpurules.promql.types import Change, ExpressionType, Kind, ScalarType, SeriesType
from gpurules.text.span import NOWHERE, Span


def record_type(
    record: str,
    expression: ExpressionType,
    rule_labels: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    span: Span = NOWHERE,
) -> tuple[SeriesType, Failure | None]:
    """The type of the series called ``record``, and E5 where the rule's own labels may make two of them equal.

    An evaluator that restarts forgets which series it wrote, so the last generation stays visible for the lookback
    beside the new one: only what holds ``ALWAYS`` is kept.
    ``span`` is where the rule labels stand.
    """
    labels = dict(rule_labels)
    if isinstance(expression, ScalarType):
        expression = SINGLE._replace(unit=expression.unit)
    if not isinstance(expression, SeriesType):
        return ANYTHING._replace(names=frozenset((record,))), Failure(
            "E5", "a recording rule takes an instant vector or a scalar", span, span
        )
    kept = all_but((NAME, *labels))
    failure = None
    if key_validity(expression, kept) is None:
        failure = Failure(
            "E5",
            f"the name and labels of the rule may make series equal: {MESSAGES['E5']}",
            span,
            span,
            kept.labels,
            unproved_labels(expression, kept),
            True,
            _why(expression, labels),
        )
    series = restrict(expression, kept)
    values = {label: value for label, value in labels.items() if value}
    # Other rules read this type: words of the rule that writes it would be taken for words of theirs.
    changes = {label: Change(change.what) for label, change in expression.changes.items()}
    changes |= {label: Change("set" if value else "dropped") for label, value in labels.items()}
    series = series._replace(
        names=frozenset((record,)),
        certain=series.certain.union(values),
        possible=series.possible.union(values),
        absent=series.absent.difference(values),
        distinct=ALWAYS,
        constants={**series.constants, **values},
        changes=changes,
    )
    return with_whole_key(always_only(series)), failure


def _why(expression: SeriesType, labels: Iterable[str]) -> str:
    lost = [f"`{label}`" for label in sorted(labels) if may_have(expression, label)]
    told = [f"{', '.join(lost)} {'get' if len(lost) > 1 else 'gets'} one value"] if lost else []
    if not one_name(expression):
        told.append("series of several names get one name")
    return " and ".join(told)


def united_records(parts: Sequence[SeriesType]) -> SeriesType:
    """The type of a record that several rules write, each with the type that ``record_type`` gave for it.

    Rules that write one name are told apart by labels that one of them sets, or always has and another never; only then
    is a key of all of them known. Raises ValueError without parts.
    """
    first, *others = parts
    if not others:
        return first
    between = separator(parts)
    keys, dependencies = united_facts(parts, [] if between is None else [(between, ALWAYS)])
    units = {part.unit for part in parts}
    kinds = {part.kind for part in parts}
    united = united_labels(parts)._replace(
        names=first.names,
        keys=keys,
        dependencies=dependencies,
        distinct=ALWAYS,
        unit=first.unit if len(units) == 1 else None,
        kind=first.kind if len(kinds) == 1 else Kind.UNKNOWN,
    )
    return with_whole_key(united)
