"""What may be said of a key by several at once: recorded before anybody is believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gpurules.promql.syntax.tree import Expression
from gpurules.rules.identities.narrowing import Only
from gpurules.rules.request import Request

LOOKBACK = 300_000
"""Prometheus' default, in milliseconds."""
MARGIN = 60_000
"""By so much the last scrape of who told of a VM may lie before the last one of an exporter, in milliseconds."""


class Claims(NamedTuple):
    """``labels``: the key and what is said of it, the cluster's aside. ``relation``: the claims, each once."""

    labels: tuple[str, ...]
    relation: Callable[[Request, Only], Expression]
    help: str


def of_late(request: Request) -> int:
    """For so many milliseconds a series may speak of whoever had its key before: within the rate window, or within the
    lookback of Prometheus where its end went unseen."""
    return max(request.rate_window, LOOKBACK) + MARGIN
