"""Leaving out early what does not matter: by far most VMs send no GPU series."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gpurules.promql.syntax.build import binary
from gpurules.promql.syntax.tree import Expression

Only = Callable[[Expression], Expression]
"""Leaves of series those that matter."""


def everything(series: Expression) -> Expression:
    """All of them."""
    return series


def known_to(few: Expression, key: Sequence[str]) -> Only:
    """Those whose ``key`` is among ``few``."""

    def only(series: Expression) -> Expression:
        return binary("and", series, few, on=key)

    return only
