"""Queries that several questions make."""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.cluster.prometheus.answer import Sample
from gpurules.doctor.store import Store
from gpurules.promql.syntax.build import aggregate, binary, call, matcher, number, selector
from gpurules.promql.syntax.printer import to_text
from gpurules.promql.syntax.tree import Expression, Matcher, VectorSelector

DCGM_PATTERN = "DCGM_(?:FI|EXP)_.+"
"""The names of all series of dcgm-exporter since 2.0."""


def dcgm_series(matchers: Iterable[Matcher]) -> VectorSelector:
    """Every series of dcgm-exporter that satisfies ``matchers``."""
    return selector(None, matcher("__name__", "=~", DCGM_PATTERN), *matchers)


async def ask(store: Store, expression: Expression, at: float) -> tuple[Sample, ...]:
    """An instant query for a tree."""
    return await store.instant(to_text(expression), at)


async def ask_count(store: Store, expression: Expression, at: float) -> int:
    """How many series ``expression`` has; counted by the server."""
    return total(await ask(store, aggregate("count", (), expression), at))


def total(samples: Iterable[Sample]) -> int:
    """The sum of the numbers."""
    return round(sum(sample.value for sample in samples))


def count_or_zero(expression: Expression) -> Expression:
    """``count(expression)``, 0 where there is nothing."""
    return binary("or", aggregate("count", (), expression), call("vector", number(0)))
