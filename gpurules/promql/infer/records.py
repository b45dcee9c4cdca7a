"""What a recording rule makes of an expression, as other rules later read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gpurules.promql.infer.findings import MESSAGES, Failure
from gpurules.promql.infer.keys import ALWAYS, always_only, key_validity, restrict, unproved_labels, with_whole_key
from gpurules.promql.infer.labelset import NAME, all_but
from gpurules.promql.infer.selectors import ANYTHING
from gpurules.promql.infer.steps import SINGLE
from gpurules.promql.types import Change, ExpressionType, ScalarType, SeriesType
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
        expression = replace(SINGLE, unit=expression.unit)
    if not isinstance(expression, SeriesType):
        return replace(ANYTHING, names=frozenset((record,))), Failure(
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
        )
    series = restrict(expression, kept)
    values = {label: value for label, value in labels.items() if value}
    changes = {label: Change("set" if value else "dropped", span) for label, value in labels.items()}
    series = replace(
        series,
        names=frozenset((record,)),
        certain=series.certain.union(values),
        possible=series.possible.union(values),
        absent=series.absent.difference(values),
        distinct=ALWAYS,
        constants={**series.constants, **values},
        changes={**expression.changes, **changes},
    )
    return with_whole_key(always_only(series)), failure
