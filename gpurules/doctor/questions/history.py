"""How each path joined over the window, and when an identity meant several things."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gpurules.cluster.prometheus.fault import Cause, PrometheusFault
from gpurules.doctor.asking import ask, count_or_zero
from gpurules.doctor.model import SAMPLES, Ambiguity, Coverage, CoveragePoint, Fact, Figure, Finding, Sample, Severity
from gpurules.doctor.outcome import COMPUTE, Outcome, PathSource, path_joins
from gpurules.doctor.question import Case, Question, Stores
from gpurules.doctor.questions import counters, devices, joining, machines
from gpurules.promql.syntax.build import aggregate, binary, matcher, number, selector
from gpurules.promql.syntax.printer import to_text
from gpurules.promql.syntax.tree import Expression, Matcher
from gpurules.rules.identities.narrowing import everything
from gpurules.rules.identities.pods import LAUNCHERS, OWNER_METRIC
from gpurules.rules.identities.registry import IDENTITIES
from gpurules.rules.identities.vms import EXPORTED_NAMESPACE, INFO_METRIC, RUNNING, VMI_POD, WITH_POD
from gpurules.rules.identity import device_names, identity_of
from gpurules.rules.label_names import ADDRESS, INSTANCE, LAUNCHER_PATTERN, NAME, NAMESPACE, NODE, POD, UUID
from gpurules.rules.paths.registry import PATHS
from gpurules.rules.request import Request
from gpurules.rules.selectors import series_of
from gpurules.rules.series import keyed

NAME_OF_QUESTION = "history"

SERIES_STEPS = 400_000
"""At most so many series times steps in one range query: a second or two of the server's time."""
MOST_STEPS, FEWEST_STEPS = 288, 24
SHORT_STEP = 60.0
"""Seconds: a fail-over shows a VM twice for about a minute."""
MOST_SHORT_STEPS = 1440
LAST_RESORT = "single-vm-node"
MOST_WITNESSES = 3
FEW_MACHINES = 1_000
"""VMs that may all be read at each step; of more, those in namespaces that send GPU series."""
MOST_NAMESPACES = 200
MACHINE_WEIGHT = 4
"""Finding the freshest series of a VM costs so many times what a GPU series does."""
MOST_WATCHED = 100
"""VMs that are watched closely where all would cost too much: a fail-over shows every VM twice."""
LASTING_POINTS = 2
"""A migration may show a series without its VM once."""

TOO_DEAR = (Cause.TIMEOUT, Cause.BUSY, Cause.QUERY, Cause.FAILED, Cause.TOO_MUCH)
"""What a server says that answers questions of now, but not this one: the rest of the report is as true without it."""

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
    """By path and by identity; ``duplicated``: some keys that meant several things, by identity.
    ``watched``: where not all VMs were looked at, how many were, by identity; ``namespaces``: to so many coverage is
    limited, 0 for none. ``unanswered``: why the rest is not known, in the server's words; empty where all is."""

    coverage: tuple[Coverage, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    duplicated: tuple[tuple[str, tuple[Sample, ...]], ...] = ()
    unanswered: str = ""
    watched: tuple[tuple[str, int], ...] = ()
    namespaces: int = 0


async def _ask(stores: Stores, case: Case) -> History:
    joins = case[joining.QUESTION]
    carrying = {one.path for one in joins.found}
    joining_now = {one.path for one in joins.found if one.vm is not None}
    # An exporter on a node always carries the node; that is a path only where some VM is found by it.
    carrying -= {LAST_RESORT} - joining_now
    used = [one for one in joins.sources if one.served and one.path in carrying]
    names = witnesses(case[counters.QUESTION].series, device_names(case.scope.request), len(case[devices.QUESTION].all))
    if not used or not names:
        return History()
    namespaces = narrowed(joins.found, len(case[machines.QUESTION].rows))
    request = _within(joining.request_of(case), namespaces)
    told = sum(1 for row in case[machines.QUESTION].rows if not namespaces or row.get(NAMESPACE) in namespaces)
    step = coarse_step(case.scope.since, case[counters.QUESTION].of(names) + MACHINE_WEIGHT * told)
    coverage: list[Coverage] = []
    ambiguities: list[Ambiguity] = []
    duplicated: list[tuple[str, tuple[Sample, ...]]] = []
    inside = (matcher(NAMESPACE, "=~", _one_of(namespaces)),) if namespaces else ()
    identities = tuple(dict.fromkeys(identity_of(one.source).name for one in used))
    watched = tuple((name, len(keys)) for name in identities if (keys := _watched_keys(case, name)))
    unanswered = ""
    try:
        for path in PATHS:
            if path in carrying:
                sources = [(one, *_keyed(one, request, names, inside)) for one in used if one.path == path]
                points = await _points(stores, case, sources, request, step)
                coverage.append(Coverage(path, step, names, points))
        for name in identities:
            found = await _ambiguity(stores, case, name)
            if found is not None:
                ambiguities.append(found)
                duplicated.append((name, await _duplicated(stores, case, name, found)))
    except PrometheusFault as fault:
        if fault.cause not in TOO_DEAR:
            raise
        unanswered = fault.detail
    return History(tuple(coverage), tuple(ambiguities), tuple(duplicated), unanswered, watched, len(namespaces))


def narrowed(found: Iterable[Outcome], rows: int) -> tuple[str, ...]:
    """The namespaces whose VMs send GPU series, sorted; none, for all, where there are few VMs, or too many such."""
    if rows <= FEW_MACHINES:
        return ()
    keys = [(identity_of(one.source).key, one.key) for one in found]
    if any(NAMESPACE not in labels for labels, _ in keys):
        return ()
    namespaces = {key[labels.index(NAMESPACE)] for labels, key in keys}
    return tuple(sorted(namespaces)) if len(namespaces) <= MOST_NAMESPACES else ()


def _within(request: Request, namespaces: tuple[str, ...]) -> Request:
    """``request`` for VMs of some namespaces only."""
    if not namespaces:
        return request
    one_of = _one_of(namespaces)
    inside = matcher(NAMESPACE, "=~", one_of)
    observer = (*request.observer, matcher(EXPORTED_NAMESPACE, "=~", one_of)) if request.observer else ()
    return replace(request, info=(*request.info, inside), kube_state=(*request.kube_state, inside), observer=observer)


def _one_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in names)


def witnesses(series: Mapping[str, int], names: Iterable[str], wanted: int) -> tuple[str, ...]:
    """A few metrics that speak of as many GPU series as there are: one where one does."""
    most = sorted((name for name in names if series.get(name)), key=lambda name: (-series[name], name))
    enough = 1 if most and series[most[0]] >= wanted else MOST_WITNESSES
    return tuple(most[:enough])


def coarse_step(since: float, series: int) -> float:
    """Seconds between two points, whole minutes: so many points as ``SERIES_STEPS`` affords."""
    points = max(FEWEST_STEPS, min(MOST_STEPS, SERIES_STEPS // max(series, 1)))
    return max(60.0, math.ceil(since / points / 60) * 60.0)


async def _points(
    stores: Stores,
    case: Case,
    sources: Sequence[tuple[PathSource, Expression, tuple[str, ...]]],
    request: Request,
    step: float,
) -> tuple[CoveragePoint, ...]:
    """Of sources, each with its keyed series and the labels of the join: the sums at every step."""
    scope = case.scope
    carried: dict[float, int] = {}
    booked: dict[float, int] = {}
    for one, many, key in sources:
        known = IDENTITIES[identity_of(one.source).name].relation(request, everything)
        joined = binary("and", many, known, on=key)
        for expression, into in ((many, carried), (joined, booked)):
            text = to_text(count_or_zero(expression))
            for series in await stores.view.range(text, scope.at - scope.since, scope.at, step):
                for moment, value in series.points:
                    into[moment] = into.get(moment, 0) + round(value)
    return tuple(CoveragePoint(moment, carried[moment], booked.get(moment, 0)) for moment in sorted(carried))


def _keyed(
    one: PathSource, request: Request, names: tuple[str, ...], inside: tuple[Matcher, ...]
) -> tuple[Expression, tuple[str, ...]]:
    matchers = (*_CAME_BY.get(one.path, ()), *inside)
    labels = (UUID, INSTANCE)
    many = keyed(
        one.source, request, "group", labels, lambda only: series_of(names, only), matchers=matchers, exact=True
    )
    return many, identity_of(one.source).joined_on(request)


async def _ambiguity(stores: Stores, case: Case, identity: str) -> Ambiguity | None:
    """When a key meant several things; None where none did."""
    scope = case.scope
    step = max(SHORT_STEP, math.ceil(scope.since / MOST_SHORT_STEPS))
    text = to_text(count_or_zero(_duplicates(case, identity, _watched(case, identity))))
    found = await stores.view.range(text, scope.at - scope.since, scope.at, step)
    moments = tuple(moment for series in found for moment, value in series.points if value > 0)
    if not moments:
        return None
    return Ambiguity(identity, NAIVE[identity][1], len(moments) * step / 60, step, moments)


def _duplicates(case: Case, identity: str, watched: tuple[Matcher, ...] = ()) -> Expression:
    metric, labels, matchers = NAIVE[identity]
    key = (*case.scope.request.cluster, *labels)
    return binary(">", aggregate("count", key, selector(metric, *matchers, *watched)), number(1))


def _watched(case: Case, identity: str) -> tuple[Matcher, ...]:
    """Nothing, or what narrows the search to some VMs where all of them would cost the server too much."""
    keys = _watched_keys(case, identity)
    return (matcher(NAIVE[identity][1][-1], "=~", _one_of(keys)),) if keys else ()


def _watched_keys(case: Case, identity: str) -> tuple[str, ...]:
    """The last labels of the keys that are looked at; none, for all."""
    rows = len(case[machines.QUESTION].rows)
    steps = min(MOST_SHORT_STEPS, case.scope.since / SHORT_STEP)
    if rows * steps <= SERIES_STEPS:
        return ()
    keys = {one.key[-1] for one in case[joining.QUESTION].found if identity_of(one.source).name == identity}
    return tuple(sorted(keys)[:MOST_WATCHED])


async def _duplicated(stores: Stores, case: Case, identity: str, found: Ambiguity) -> tuple[Sample, ...]:
    some = aggregate("topk", (), _duplicates(case, identity), number(SAMPLES))
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


def _facts(found: History, case: Case) -> Iterable[Fact]:
    if found.namespaces:
        yield Fact("coverage over time", f"of the {found.namespaces} namespaces that send GPU series now")
    for identity, count in found.watched:
        every = len(case[machines.QUESTION].rows)
        yield Fact(
            f"ambiguous {NAIVE[identity][1][-1]}",
            f"looked for among {count} that send GPU series, of {every:,} series of {INFO_METRIC}; of the others "
            "nothing is said",
        )
    if found.unanswered:
        yield Fact("the time before", f"not known: {found.unanswered}")


FINDS = {
    "identity-ambiguous": "when the one side of a naive join had several series for a key",
    "series-unjoined-before": "GPU series joined no VM at some time in the window",
}
"""The findings, for the documentation."""

QUESTION = Question(
    NAME_OF_QUESTION, "how paths joined over time, and when identities were ambiguous", _ask, FINDS, _findings, _facts
)
