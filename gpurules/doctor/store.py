"""What questions need of a Prometheus: the few kinds of requests that they make, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gpurules.cluster.prometheus.answer import Build, LoadedRule, Sample, Series, Target
from gpurules.cluster.prometheus.fault import Cause, PrometheusFault


class Store(Protocol):
    """The requests that :class:`gpurules.cluster.prometheus.store.Store` answers; each may raise PrometheusFault."""

    async def instant(self, expression: str, at: float) -> tuple[Sample, ...]:
        """An instant query."""

    async def range(self, expression: str, start: float, end: float, step: float) -> tuple[Series, ...]:
        """A range query."""

    async def rules(self) -> tuple[LoadedRule, ...]:
        """The rules that are loaded."""

    async def targets(self) -> tuple[Target, ...] | None:
        """The active scrape targets; None where the server has no such page."""

    async def build(self) -> Build:
        """Which program answers."""


@dataclass(slots=True)
class Counted:
    """A store that counts the requests made of it."""

    store: Store
    requests: int = 0

    async def instant(self, expression: str, at: float) -> tuple[Sample, ...]:
        """As the store's."""
        self.requests += 1
        return await self.store.instant(expression, at)

    async def range(self, expression: str, start: float, end: float, step: float) -> tuple[Series, ...]:
        """As the store's."""
        self.requests += 1
        return await self.store.range(expression, start, end, step)

    async def rules(self) -> tuple[LoadedRule, ...]:
        """As the store's."""
        self.requests += 1
        return await self.store.rules()

    async def targets(self) -> tuple[Target, ...] | None:
        """As the store's."""
        self.requests += 1
        return await self.store.targets()

    async def build(self) -> Build:
        """As the store's."""
        self.requests += 1
        return await self.store.build()


def answers_not(fault: PrometheusFault) -> bool:
    """Whether the server has no answer to a request at all, as Thanos Query and VictoriaMetrics to some."""
    return fault.cause in (Cause.NOT_FOUND, Cause.FAILED, Cause.ANSWER, Cause.QUERY) or fault.status in (403, 405, 501)
