"""How each path joined over the window, and when an identity meant several things."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpurules.doctor.asking import ask, count_or_zero
from gpurules.doctor.model import SAMPLES, Ambiguity, Coverage, CoveragePoint, Figure, Finding, Sample, Severity
from gpurules.doctor.outcome import COMPUTE, PathSource, path_joins
from gpurules.doctor.question import Case, Question, Stores
from gpurules.doctor.questions import counters, devices, joining, machines
from gpurules.promql.syntax.build import aggregate, binary, matcher, number, selector
from gpurules.promql.syntax.printer import to_text
from gpurules.promql.syntax.tree import Expression, Matcher
from gpurules.rules.identities.pods import LAUNCHERS, OWNER_METRIC
from gpurules.rules.identities.registry import IDENTITIES
from gpurules.rules.identities.vms import INFO_METRIC, RUNNING, VMI_POD, WITH_POD
from gpurules.rules.identity import device_names, identity_of
from gpurules.rules.label_names import ADDRESS, INSTANCE, LAUNCHER_PATTERN, NAME, NAMESPACE, NODE, POD, UUID
from gpurules.rules.paths.registry import PATHS
from gpurules.rules.request import Request
from gpurules.rules.selectors import series_of
from gpurules.rules.series import keyed

NAME_OF_QUESTION = "history"

SERIES_STEPS = 600_000
"""At most so many series times steps in one range query: a second or two of the server's time."""
MOST_STEPS, FEWEST_STEPS = 288, 24
SHORT_STEP = 60.0
"""Seconds: a fail-over shows a VM twice for about a minute."""
MOST_SHORT_STEPS = 1440
MOST_WITNESSES = 3
MOST_WATCHED = 50
"""VMs that are watched closely where all would cost too much: a fail-over shows every VM twice."""
LASTING_POINTS = 2
"""A migration may show a series without its VM once."""

_CONTAINERS = "|".join(COMPUTE)
_CAME_BY: Mapping[str, tuple[Matcher, ...]] = {
    "pod-network": (matcher(POD, "=~", LAUNCHER_PATTERN), matcher("container", "=~", _CONTAINERS)),
    "vsock-sidecar": (matcher(POD, "=~", LAUNCHER_PATTERN), matcher("container", "!~", _CONTAINERS)),
    "host": (matcher(POD, "=~", LAUNCHER_PATTERN),),
    "vsock-exporter": (matcher("pod", "!=", ""),),
    "remote": (matcher("pod", "=", ""),),
}
"""What tells apart the series of paths that share a source."""

NAIVE: Mapping[str, tuple[str, tuple[str, ...], tuple[Matcher, ...]]] = {
    "launcher-pod": (INFO_METRIC, (NAMESPACE, VMI_POD), WITH_POD),
    "pod-owner": (OWNER_METRIC, (NAMESPACE, POD), LAUNCHERS),
    "vm-name": (INFO_METRIC, (NAMESPACE, NAME), RUNNING),
    "address": (machines.ADDRESSES, (ADDRESS,), (matcher(ADDRESS, "!=", ""),)),
    "node": (INFO_METRIC, (NODE,), RUNNING),
}
"""What a join without de-duplication has on its one side, and on which labels: by identity."""


@dataclass(frozen=True, slots=True)
class History:
    """By path and by identity; ``duplicated``: some keys that meant several things, by identity."""

    coverage: tuple[Coverage, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    duplicated: tuple[tuple[str, tuple[Sample, ...]], ...] = ()


async def _ask(stores: Stores, case: Case) -> History:
    joins = case[joining.QUESTION]
    carrying = {one.path for one in joins.found}
    used = [one for one in joins.sources if one.served and one.path in carrying]
    names = witnesses(case[counters.QUESTION].series, device_names(case.scope.request), len(case[devices.QUESTION].all))
    if not used or not names:
        return History()
    request = joining.request_of(case)
    size = case[counters.QUESTION].of(names) + len(case[machines.QUESTION].rows)
    step = coarse_step(case.scope.since, size)
    coverage = [
        await _coverage(stores, case, path, [one for one in used if one.path == path], request, names, step)
        for path in PATHS
        if path in carrying
    ]
    ambiguities, duplicated = [], []
    for name in dict.fromkeys(identity_of(one.source).name for one in used):
        found = await _ambiguity(stores, case, name)
        if found is not None:
            ambiguities.append(found)
            duplicated.append((name, await _duplicated(stores, name, found)))
    return History(tuple(coverage), tuple(ambiguities), tuple(duplicated))


def witnesses(series: Mapping[str, int], names: Iterable[str], wanted: int) -> tuple[str, ...]:
    """A few metrics that speak of as many GPU series as there are: one where one does."""
    most = sorted((name for name in names if series.get(name)), key=lambda name: (-series[name], name))
    enough = 1 if most and series[most[0]] >= wanted else MOST_WITNESSES
    return tuple(most[:enough])


def coarse_step(since: float, series: int) -> float:
    """Seconds between two points, whole minutes: so many points as ``SERIES_STEPS`` affords."""
    points = max(FEWEST_STEPS, min(MOST_STEPS, SERIES_STEPS // max(series, 1)))
    return max(60.0, math.ceil(since / points / 60) * 60.0)


async def _coverage(
    stores: Stores,
    case: Case,
    path: str,
    sources: Sequence[PathSource],
    request: Request,
    names: tuple[str, ...],
    step: float,
) -> Coverage:
    scope = case.scope
    carried: dict[float, int] = {}
    booked: dict[float, int] = {}
    for one in sources:
        many, key = _keyed(one, request, names)
        joined = binary("and", many, IDENTITIES[identity_of(one.source).name].relation(request), on=key)
        for expression, into in ((many, carried), (joined, booked)):
            text = to_text(count_or_zero(expression))
            for series in await stores.view.range(text, scope.at - scope.since, scope.at, step):
                for moment, value in series.points:
                    into[moment] = into.get(moment, 0) + round(value)
    points = tuple(CoveragePoint(moment, carried[moment], booked.get(moment, 0)) for moment in sorted(carried))
    return Coverage(path, step, names, points)


def _keyed(one: PathSource, request: Request, names: tuple[str, ...]) -> tuple[Expression, tuple[str, ...]]:
    matchers = _CAME_BY.get(one.path, ())
    many = keyed(
        one.source,
        request,
        "group",
        (UUID, INSTANCE),
        lambda only: series_of(names, only),
        matchers=matchers,
        exact=True,
    )
    return many, identity_of(one.source).joined_on(request)


async def _ambiguity(stores: Stores, case: Case, identity: str) -> Ambiguity | None:
    """When a key meant several things; None where none did."""
    scope = case.scope
    step = max(SHORT_STEP, math.ceil(scope.since / MOST_SHORT_STEPS))
    text = to_text(count_or_zero(_duplicates(identity, _watched(case, identity))))
    found = await stores.view.range(text, scope.at - scope.since, scope.at, step)
    moments = tuple(moment for series in found for moment, value in series.points if value > 0)
    if not moments:
        return None
    return Ambiguity(identity, NAIVE[identity][1], len(moments) * step / 60, step, moments)


def _duplicates(identity: str, watched: tuple[Matcher, ...] = ()) -> Expression:
    metric, key, matchers = NAIVE[identity]
    return binary(">", aggregate("count", key, selector(metric, *matchers, *watched)), number(1))


def _watched(case: Case, identity: str) -> tuple[Matcher, ...]:
    """Nothing, or what narrows the search to some VMs where all of them would cost the server too much."""
    rows = len(case[machines.QUESTION].rows)
    steps = min(MOST_SHORT_STEPS, case.scope.since / SHORT_STEP)
    if rows * steps <= 5 * SERIES_STEPS:
        return ()
    keys = {one.key[-1] for one in case[joining.QUESTION].found if identity_of(one.source).name == identity}
    label = NAIVE[identity][1][-1]
    return (matcher(label, "=~", "|".join(re.escape(key) for key in sorted(keys)[:MOST_WATCHED])),)


async def _duplicated(stores: Stores, identity: str, found: Ambiguity) -> tuple[Sample, ...]:
    some = aggregate("topk", (), _duplicates(identity), number(SAMPLES))
    rows = await ask(stores.view, some, found.moments[len(found.moments) // 2])
    return tuple(
        Sample(tuple(sorted(row.labels.items())), f"{round(row.value)} series of {NAIVE[identity][0]}") for row in rows
    )


_SURVIVED = dict.fromkeys(("address", "node"), "leave such a key out, since it means nobody")


def _findings(found: History, case: Case) -> Iterable[Finding]:
    samples = dict(found.duplicated)
    for one in found.ambiguities:
        moments = "all the time" if one.minutes * 60 >= case.scope.since else f"for about {one.minutes:.0f} minutes"
        yield Finding(
            "identity-ambiguous",
            Severity.NOTE,
            NAME_OF_QUESTION,
            f"{NAIVE[one.identity][0]} had several series for one {' and '.join(one.key)} {moments}: a join on it "
            "without de-duplication fails then, for the whole fleet and not only for this VM.",
            f"Rules that gpurules renders {_SURVIVED.get(one.identity, 'take the freshest')}. "
            "gpurules lint finds rules of your own that would fail.",
            (Figure("minutes", one.minutes), Figure("moments", len(one.moments))),
            samples.get(one.identity, ()),
        )
    now = {one.path: one.carried - one.one for one in path_joins(PATHS, case[joining.QUESTION].found)}
    for path in found.coverage:
        gaps = [point for point in path.points if point.joined < point.carried]
        worst = max((point.carried - point.joined for point in gaps), default=0)
        if len(gaps) >= LASTING_POINTS and worst > now[path.path]:
            yield Finding(
                "series-unjoined-before",
                Severity.WARNING,
                NAME_OF_QUESTION,
                f"Up to {worst} GPU series of path {path.path} joined no VM in the window, at {len(gaps)} of "
                f"{len(path.points)} moments.",
                "See the coverage over time: a VM that ended badly, KubeVirt's metrics that were away, or a scrape "
                "that has changed.",
                (
                    Figure("GPU series at worst", worst),
                    Figure("minutes", len(gaps) * path.step / 60),
                    Figure("last seen (seconds since 1970)", gaps[-1].moment),
                ),
            )


FINDS = {
    "identity-ambiguous": "when the one side of a naive join had several series for a key",
    "series-unjoined-before": "GPU series joined no VM at some time in the window",
}
"""The findings, for the documentation."""

QUESTION = Question(
    NAME_OF_QUESTION, "how paths joined over time, and when identities were ambiguous", _ask, FINDS, _findings
)
