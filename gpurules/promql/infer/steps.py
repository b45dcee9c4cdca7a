"""Steps that many constructs share: to drop the name, to give other numbers, to say that nothing is known."""

from __future__ import annotations

from gpurules.promql.infer.findings import Notes, Unproved
from gpurules.promql.infer.keys import ALWAYS, INSTANT, key_validity, restrict
from gpurules.promql.infer.labelset import NAME, all_but
from gpurules.promql.infer.selectors import ANYTHING
from gpurules.promql.infer.units import Measure
from gpurules.promql.syntax.tree import Expression
from gpurules.promql.types import Key, SeriesType
from gpurules.text.span import Span

SINGLE = SeriesType(open=False, names=frozenset(), keys=(Key(frozenset(), ALWAYS),))
"""At most one series, without labels."""


def unproved(construct: str, span: Span, why: str, notes: Notes) -> SeriesType:
    """Notes that nothing is known of a construct, and a type that claims nothing."""
    notes.unproved.append(Unproved(construct, span, why))
    return ANYTHING


def drop_name(
    series: SeriesType, construct: str, span: Span, operand: Expression, notes: Notes, lasting: bool = False
) -> SeriesType:
    """``series``, the type of ``operand``, without the name; E1 where two names may then have the same labels.

    ``lasting``: series that live at different times must not have them either.
    """
    if series.names is not None and not any(series.names):
        return series
    kept = all_but((NAME,))
    validity = key_validity(series, kept)
    if validity is None or (lasting and validity is INSTANT):
        what = f"{construct} drops the metric name, and series of different names may have the same labels"
        notes.fail("E1", what, span, operand, series, kept)
    return restrict(series, kept)


def with_measure(series: SeriesType, measure: Measure) -> SeriesType:
    """``series`` with other numbers."""
    return series._replace(unit=measure.unit, kind=measure.kind)
