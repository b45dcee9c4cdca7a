"""``histogram_quantile``, ``histogram_quantiles`` and ``histogram_fraction``: the buckets of a histogram become one.

Classic buckets are put together by their labels but ``le``: 2.42 puts those of all names together, 2.53 those of each
name, whose results may then be equal. A native histogram loses its name; it is taken to carry no label ``le``.
"""

from __future__ import annotations

from gpurules.promql.infer.findings import Notes
from gpurules.promql.infer.keys import (
    INSTANT,
    determined,
    key_validity,
    minimal_keys,
    restrict,
    tidy_dependencies,
    weaker,
    with_whole_key,
)
from gpurules.promql.infer.labelset import NAME, all_but, may_have, one_name
from gpurules.promql.infer.steps import with_measure
from gpurules.promql.infer.units import Measure
from gpurules.promql.syntax.tree import Call, Expression
from gpurules.promql.types import ONE, Change, Dependency, Key, Kind, SeriesType

BUCKET = "le"


def of_buckets(node: Call, series: SeriesType, operand: Expression, notes: Notes) -> SeriesType:
    """The type of ``histogram_quantile`` or ``histogram_fraction`` over ``series``, the type of ``operand``."""
    name, span = node.function.text, node.function.span
    kept = all_but((BUCKET, NAME))
    named = one_name(series) or NAME in determined(series, kept, INSTANT)
    if not named and key_validity(series, kept) is None:
        what = f"{name} drops the metric name, and histograms of different names may have the same labels"
        notes.fail("E1", what, span, operand, series, kept)
    result = restrict(series, kept)
    if may_have(series, BUCKET):
        result = result._replace(changes={**result.changes, BUCKET: Change("dropped", span)})
    measure = Measure(ONE, Kind.RATIO) if name == "histogram_fraction" else Measure(None, Kind.GAUGE)
    return with_measure(result, measure)


def quantiles(node: Call, series: SeriesType, label: str, notes: Notes) -> SeriesType:
    """The type of ``histogram_quantiles(series, label, ...)``: one series for each, told apart by ``label``."""
    operand = node.arguments[0]
    one = of_buckets(node, series, operand, notes)
    rest = all_but((label,))
    validity = key_validity(one, rest)
    if validity is None:
        what = f"{node.function.text} sets {label}, and series may differ in that label only"
        notes.fail("E1", what, node.function.span, operand, one, rest)
    cleared = restrict(one, rest)
    held = [(key.labels, weaker(key.validity, validity) if validity else key.validity) for key in cleared.keys]
    result = cleared._replace(
        certain=cleared.certain | {label},
        possible=cleared.possible | {label},
        absent=cleared.absent - {label},
        keys=minimal_keys(Key(labels | {label}, valid) for labels, valid in held),
        dependencies=tidy_dependencies(
            (*cleared.dependencies, *(Dependency(labels, cleared.possible - labels, valid) for labels, valid in held))
        ),
        changes={**cleared.changes, label: Change("set", node.function.span)},
    )
    return with_whole_key(result)
