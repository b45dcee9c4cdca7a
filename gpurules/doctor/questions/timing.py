"""How often GPU series are scraped, how often the exporter reads DCGM, and whether the rate window fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gpurules.doctor.asking import ask
from gpurules.doctor.model import Fact, Figure, Finding, Severity
from gpurules.doctor.question import Case, Question, Stores
from gpurules.doctor.questions import counters, devices, history
from gpurules.promql.syntax.build import aggregate, binary, call, number, window
from gpurules.promql.syntax.tree import Duration, Expression, VectorSelector
from gpurules.rules.identity import device_names
from gpurules.rules.selectors import series_of
from gpurules.text.duration import format_duration, parse_duration

NAME = "timing"
LOOKED_AT = 600
"""Seconds."""
WINDOW = 599_000
"""Milliseconds: the window of Prometheus 2 holds both of its ends, that of others one."""
EVER_CHANGING = ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_BOARD_POWER_WATTS")
"""Numbers that differ at each reading: energy grows, power trembles."""
LEAST_SAMPLES = 4
"""Of a rate window: two are enough for a rate, fewer than four for one that swings."""
MOST_OFTEN = 0.9
"""Of the samples: a number that changes so often may be read more often than it is scraped."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds between two scrapes in the middle, and of the slowest; between two readings of DCGM where that is
    longer. 0 where it cannot be told."""

    scrape: float
    slowest: float
    collection: float


async def _ask(stores: Stores, case: Case) -> Timing:
    series = case[counters.QUESTION].series
    size = len(case[devices.QUESTION].all)
    names = history.witnesses(series, device_names(case.scope.request), size)[:1]
    if not names:
        return Timing(0, 0, 0)
    request = case.scope.request
    # Of a series that is younger than the window nothing can be told.
    old = offset(series_of(names, request.dcgm), LOOKED_AT * 1000)
    scraped = binary("and", call("count_over_time", window(series_of(names, request.dcgm), WINDOW)), old)
    middle = await _number(stores, case, aggregate("quantile", (), scraped, number(0.5)))
    fewest = await _number(stores, case, aggregate("quantile", (), scraped, number(0.05)))
    changing = [name for name in EVER_CHANGING if series.get(name)][:1]
    changed = 0.0
    if changing:
        old = offset(series_of(changing, request.dcgm), LOOKED_AT * 1000)
        seen = binary("and", call("changes", window(series_of(changing, request.dcgm), WINDOW)), old)
        changed = await _number(stores, case, aggregate("quantile", (), seen, number(0.9)))
    return intervals(middle, fewest, changed)


async def _number(stores: Stores, case: Case, expression: Expression) -> float:
    rows = await ask(stores.view, expression, case.scope.at)
    return rows[0].value if rows else 0.0


def offset(series: VectorSelector, milliseconds: int) -> VectorSelector:
    """The same so long before."""
    return replace(series, offset=Duration(milliseconds))


def intervals(middle: float, fewest: float, changed: float) -> Timing:
    """From how many samples the window holds, and how many of them differ from the one before."""
    seconds = float(LOOKED_AT)
    collection = seconds / changed if 0 < changed < MOST_OFTEN * (middle - 1) else 0.0
    return Timing(seconds / middle if middle else 0.0, seconds / fewest if fewest else 0.0, collection)


def _findings(found: Timing, case: Case) -> Iterable[Finding]:
    config = case.scope.config
    rate = parse_duration(config.rules.rate_window) / 1000
    slower = max(found.scrape, found.collection)
    if slower and rate < LEAST_SAMPLES * slower * 0.95:
        yield Finding(
            "rate-window-short",
            Severity.ERROR if rate < 2 * slower else Severity.WARNING,
            NAME,
            f"The rate window of {config.rules.rate_window} holds {rate / slower:.1f} readings: GPU series are scraped "
            f"every {found.scrape:.0f} s and DCGM is read every {slower:.0f} s.",
            f"Set rules.rate_window to at least {window_for(slower)}, or scrape more often.",
            (Figure("seconds between readings", slower), Figure("readings in the window", rate / slower)),
        )
    configured = parse_duration(config.dcgm.collection_interval) / 1000
    if found.collection > 1.5 * configured:
        yield Finding(
            "collection-interval",
            Severity.WARNING,
            NAME,
            f"The exporters read DCGM every {found.collection:.0f} s, and the configuration says "
            f"{config.dcgm.collection_interval}.",
            f"Set dcgm.collection_interval to {format_duration(round(found.collection) * 1000)}.",
            (Figure("seconds between readings", found.collection),),
        )


def window_for(seconds: float) -> str:
    """A rate window for readings so far apart: eight of them, in whole minutes."""
    return format_duration(max(1, -(-round(seconds) * 8 // 60)) * 60_000)


def _facts(found: Timing, case: Case) -> Iterable[Fact]:
    if found.scrape:
        slow = f", the slowest {found.slowest:.0f} s" if found.slowest > 1.5 * found.scrape else ""
        yield Fact("scraped every", f"{found.scrape:.0f} s{slow}")
        often = f"{found.collection:.0f} s" if found.collection else "no less often than that"
        yield Fact("DCGM read every", often)


FINDS = {
    "rate-window-short": "the rate window holds too few readings",
    "collection-interval": "DCGM is read less often than is configured",
}
"""The findings, for the documentation."""

QUESTION = Question(NAME, "scrape and collection interval against the rate window", _ask, FINDS, _findings, _facts)
