"""What can be asked of a Prometheus, or of what speaks its HTTP API: Thanos Query, Mimir, VictoriaMetrics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import quote

from gpurules.cluster.fault import ClusterFault
from gpurules.cluster.prometheus import decode
from gpurules.cluster.prometheus.access import Access
from gpurules.cluster.prometheus.answer import Build, LoadedRule, Sample, Series, Target
from gpurules.cluster.prometheus.ask import Asker, TooMuch
from gpurules.cluster.prometheus.elements import Malformed
from gpurules.cluster.prometheus.fault import Cause, PrometheusFault
from gpurules.cluster.prometheus.flavour import build_of
from gpurules.cluster.prometheus.route import Parameters, open_route

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gpurules.cluster.client import Client

T = TypeVar("T")

LARGEST_POINTS = 2_000_000
"""Samples that one range query may bring; one takes about 100 bytes."""


class Store:
    """An open Prometheus. Every question raises PrometheusFault where it cannot be answered."""

    def __init__(self, asker: Asker, access: Access) -> None:
        self._asker, self._access = asker, access

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the server warned of so far, each once; above all that answers are partial (Thanos, VictoriaMetrics)."""
        return tuple(self._asker.warnings)

    async def instant(self, expression: str, at: float | None = None) -> tuple[Sample, ...]:
        """The value of ``expression`` at a moment, or now; a scalar is one sample without labels."""
        elements: list[Any] = []
        found: list[Sample] = []
        shared = decode.Shared()

        def take(element: Any) -> None:
            if not isinstance(element, dict):
                # Of a scalar or a string: [moment, "value"].
                elements.append(element)
                if len(elements) > 2:
                    raise Malformed("the answer is not what a Prometheus answers")
                return
            one = decode.sample(element, shared)
            if one is not None:
                found.append(one)
            self._bound(len(found))

        moment = [] if at is None else [("time", _seconds(at))]
        body = await self._query("/api/v1/query", [("query", expression), *moment], take)
        if body == "scalar" and len(elements) == 2:
            with self._asker.faults():
                return (Sample({}, *shared.point(elements)),)
        if body != "vector" or elements:
            raise self._asker.fault(Cause.ANSWER, f"the answer is no instant vector but a {body}")
        return tuple(found)

    async def range(self, expression: str, start: float, end: float, step: float) -> tuple[Series, ...]:
        """The values of ``expression`` from ``start`` to ``end``, both included, every ``step`` seconds."""
        found: list[Series] = []
        points = 0
        shared = decode.Shared()

        def take(element: Any) -> None:
            nonlocal points
            found.append(decode.series(element, shared))
            points += len(found[-1].points)
            self._bound(len(found))
            if points > LARGEST_POINTS:
                raise TooMuch(f"samples than {LARGEST_POINTS:,}")

        window = [("start", _seconds(start)), ("end", _seconds(end)), ("step", _seconds(step))]
        kind = await self._query("/api/v1/query_range", [("query", expression), *window], take)
        if kind != "matrix":
            raise self._asker.fault(Cause.ANSWER, f"the answer is no range of samples but a {kind}")
        return tuple(found)

    async def series(self, matchers: Sequence[str], start: float, end: float) -> tuple[Mapping[str, str], ...]:
        """The labels of all series that fit one of ``matchers`` (selectors) and have a sample in the time."""
        shared = decode.Shared()
        return await self._list("/api/v1/series", matchers, start, end, shared.labels, "series")

    async def label_values(self, name: str, matchers: Sequence[str], start: float, end: float) -> tuple[str, ...]:
        """The values of the label ``name`` on those series; on all where ``matchers`` is empty."""
        return await self._list(
            f"/api/v1/label/{quote(name, safe='')}/values", matchers, start, end, _string, "label values"
        )

    async def rules(self) -> tuple[LoadedRule, ...]:
        """The rules that are loaded, recording and alerting, in the server's order."""
        found: list[LoadedRule] = []
        shared = decode.Shared()

        def take(group: Any) -> None:
            found.extend(decode.rules(group, shared))
            self._bound(len(found), "rules")

        await self._asker.ask("/api/v1/rules", [("exclude_alerts", "true")], "groups", take)
        return tuple(found)

    async def targets(self) -> tuple[Target, ...] | None:
        """The active scrape targets; None where the server has no such page (Mimir)."""
        found: list[Target] = []
        shared = decode.Shared()

        def take(element: Any) -> None:
            found.append(decode.target(element, shared))
            self._bound(len(found), "targets")

        try:
            await self._asker.ask("/api/v1/targets", [("state", "active")], "activeTargets", take)
        except PrometheusFault as fault:
            if fault.cause is Cause.NOT_FOUND:
                return None
            raise
        return tuple(found)

    async def build(self) -> Build:
        """Which program it is."""
        return await build_of(self._asker)

    async def _query(self, page: str, parameters: Parameters, take: Callable[[Any], None]) -> str:
        """The kind of the result."""
        patience = ("timeout", f"{max(self._access.timeout, 1):.0f}s")
        found = await self._asker.ask(page, [*parameters, patience], "result", take)
        data = found.body.get("data")
        return str(data.get("resultType"))[:20] if isinstance(data, dict) else "nothing"

    async def _list(
        self, page: str, matchers: Sequence[str], start: float, end: float, decoded: Callable[[Any], T], what: str
    ) -> tuple[T, ...]:
        found: list[T] = []

        def take(element: Any) -> None:
            found.append(decoded(element))
            self._bound(len(found), what)

        window = [("start", _seconds(start)), ("end", _seconds(end)), ("limit", str(self._access.largest_series + 1))]
        await self._asker.ask(page, [*(("match[]", one) for one in matchers), *window], "data", take)
        return tuple(found)

    def _bound(self, count: int, what: str = "series") -> None:
        if count > self._access.largest_series:
            raise TooMuch(f"{what} than {self._access.largest_series:,}")


@asynccontextmanager
async def open_store(access: Access, client: Client | None = None) -> AsyncIterator[Store]:
    """The Prometheus of ``access``; nothing is asked yet. ``client``: one of the cluster that is open already.

    Raises InputError for files that cannot be used, PrometheusFault where the kubeconfig cannot.
    """
    async with AsyncExitStack() as stack:
        try:
            route = await stack.enter_async_context(open_route(access, client))
        except ClusterFault as fault:
            raise PrometheusFault(access.url, Cause.UNREACHABLE, fault.detail, 0, fault.advice) from None
        yield Store(Asker(access.url, route, access.timeout, access.secrets), access)


def _seconds(moment: float) -> str:
    return f"{moment:.3f}"


def _string(element: Any) -> str:
    if not isinstance(element, str):
        raise Malformed("the answer holds a label value that is none")
    return element
