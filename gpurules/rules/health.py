"""Is the correlation itself healthy? Every record is 0, not absent, when all is well.

With a cluster label each record has one series for each cluster that is seen at all: ``input_absent`` finds these
clusters and the others take their zero from it. Without one, ``vector(0)`` is the zero.
"""

from __future__ import annotations

from collections.abc import Callable

from gpurules.promql.syntax.build import aggregate, binary, call, matcher, number, selector
from gpurules.promql.syntax.tree import Expression, Matcher
from gpurules.promql.types import ONE, Kind
from gpurules.rules.devices import INFO
from gpurules.rules.group import RecordingRule
from gpurules.rules.identities.narrowing import everything
from gpurules.rules.identities.pods import OWNER_METRIC, holders, holding, owned_pods
from gpurules.rules.identities.vms import INFO_METRIC, any_info, several
from gpurules.rules.identity import (
    anything,
    attributed_devices,
    devices,
    devices_by,
    identities,
    identity_of,
    identity_rule,
    keeps_address,
    read,
    sending,
)
from gpurules.rules.label_names import INSTANCE, LAUNCHER_PATTERN, NAME, NAMESPACE, POD, SCRAPE_INSTANCE, UUID
from gpurules.rules.names import record_name
from gpurules.rules.paths.path import Source
from gpurules.rules.request import Request
from gpurules.rules.series import united
from gpurules.rules.spec import RecordSpec

INPUT_ABSENT = record_name("cluster", "input_absent", "max")

_INPUT = "input"
_DCGM = "dcgm"

_LAUNCHER = matcher(POD, "=~", LAUNCHER_PATTERN)
_OTHER_POD = matcher(POD, "!~", LAUNCHER_PATTERN)


def health_rules(request: Request) -> tuple[RecordingRule, ...]:
    """All health records that ``request`` can have, in the order in which they must be evaluated."""
    possible = _possible(request)
    absent = (_absent(request, source) for source in _inputs(request))
    counts = (_counted(request, *entry) for entry in _COUNTS if entry[0] in possible)
    unmapped = (_unmapped(request),) if "mapped" in possible else ()
    return (*absent, *counts, *unmapped)


def _possible(request: Request) -> frozenset[str]:
    roles = {role for role, _, _ in _COUNTS}
    if not any(keeps_address(request, source) for source in request.sources):
        roles.discard("contested")
    if not request.gpu_resources:
        roles.discard("silent")
    if not _by_pod(request):
        roles.discard("container_gpus")
    if not _hosts(request):
        roles.discard("mapped")
    return frozenset(roles)


def _by_pod(request: Request) -> tuple[Source, ...]:
    return tuple(source for source in request.sources if POD in identity_of(source).key)


def _hosts(request: Request) -> tuple[Source, ...]:
    """The sources that hold what exporters on nodes map to pods."""
    return tuple(source for source in request.sources if source.hosts)


def _inputs(request: Request) -> tuple[str, ...]:
    """What the join needs, ours last."""
    return (*dict.fromkeys(identity.source for identity in identities(request)), _DCGM)


def _series(request: Request, source: str) -> Expression:
    if source == INFO_METRIC:
        return any_info(request)
    if source == OWNER_METRIC:
        return selector(OWNER_METRIC, *request.kube_state)
    return united([anything(request, one) for one in _covering(request.sources)])


def _covering(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """Sources that together read all series that ``sources`` do: the others read nothing more."""
    return tuple(
        source for source in sources if not any(other.covers(source) and not source.covers(other) for other in sources)
    )


def _clusters(request: Request, sources: tuple[str, ...]) -> Expression:
    """The clusters in which one of ``sources`` is there."""
    return united([aggregate("group", request.cluster, _series(request, source)) for source in sources])


def _absent(request: Request, source: str) -> RecordingRule:
    """1 where ``source`` is missing, 0 where it is there."""
    if request.cluster:
        there = binary("*", number(0), _clusters(request, (source,)))
        missing = _clusters(request, tuple(name for name in _inputs(request) if name != source))
        expression: Expression = aggregate("max", request.cluster, binary("or", there, missing))
    else:
        expression = _or_zero(request, aggregate("max", (), call("absent", _series(request, source))))
    spec = RecordSpec(
        record=INPUT_ABSENT,
        level="health",
        role="input_absent",
        fields=(),
        labels=(*request.cluster, _INPUT),
        unit=ONE,
        kind=Kind.FLAG,
        help=f"Whether a source of the join is missing: {_WORDS[source]}.",
        operation="max",
        rule_labels=((_INPUT, source),),
    )
    return RecordingRule(spec, expression)


_WORDS = {
    INFO_METRIC: "virtual machines, from KubeVirt's virt-controller",
    OWNER_METRIC: "owners of pods, from kube-state-metrics",
    _DCGM: "any of the selected GPU series",
}


def _or_zero(request: Request, expression: Expression) -> Expression:
    if not request.cluster:
        return binary("or", expression, call("vector", number(0)))
    if request.recorded:
        clusters: Expression = aggregate("group", request.cluster, selector(INPUT_ABSENT))
    else:
        clusters = _clusters(request, _inputs(request))
    return binary("or", expression, binary("*", number(0), clusters))


def _counted(request: Request, role: str, help_text: str, what: Callable[[Request], Expression]) -> RecordingRule:
    spec = RecordSpec(
        record=record_name("cluster", role, "count"),
        level="health",
        role=role,
        fields=(),
        labels=request.cluster,
        unit=ONE,
        kind=Kind.GAUGE,
        help=help_text if _by_pod(request) == request.sources else _OTHER_HELP.get(role, help_text),
        operation="count",
    )
    return RecordingRule(spec, _or_zero(request, aggregate("count", request.cluster, what(request))))


def _unmatched(request: Request) -> Expression:
    return united([_unmatched_of(request, source) for source in request.sources])


def _unmatched_of(request: Request, source: Source) -> Expression:
    identity = identity_of(source)
    key = identity.joined_on(request)
    known = selector(identity.record) if request.recorded else identity.relation(request, everything)
    return binary("unless", devices_by(request, source, key, *_launchers(key)), known, on=key)


def _launchers(key: tuple[str, ...]) -> tuple[Matcher, ...]:
    """What tells launchers from other pods, where the key names a pod."""
    return (_LAUNCHER,) if POD in key else ()


def _ambiguous(request: Request) -> Expression:
    return united([identity.ambiguous(request, sending(request, identity)) for identity in identities(request)])


def _shared_uuid(request: Request) -> Expression:
    if request.recorded:
        labels = (*request.cluster, UUID, NAMESPACE, NAME)
        owners: Expression = aggregate("group", labels, selector(INFO, matcher(UUID, "!=", "")))
    else:
        # vector(0) has no UUID: what is left has one.
        owners = binary("unless", attributed_devices(request, (UUID,)), call("vector", number(0)), on=(UUID,))
    return several((*request.cluster, UUID), owners)


def _contested(request: Request) -> Expression:
    return united([_contested_of(request, source) for source in request.sources if keeps_address(request, source)])


def _contested_of(request: Request, source: Source) -> Expression:
    key = identity_of(source).joined_on(request)
    return several(key, devices_by(request, source, (*key, SCRAPE_INSTANCE), *_launchers(key)))


def _container_gpus(request: Request) -> Expression:
    key = (*request.cluster, UUID, INSTANCE)
    by_pod = _covering(_by_pod(request))
    containers = united([devices_by(request, source, key, _OTHER_POD) for source in by_pod])
    for other in request.sources:
        if other not in by_pod:
            # By the pod of a node's exporter its GPUs are a container's, also those that it maps to a launcher.
            others = devices(request, other, *_launchers(identity_of(other).key))
            containers = binary("unless", containers, others, on=key)
    return containers


def _mapped(request: Request) -> Expression:
    return united([devices_by(request, one, request.launcher, _LAUNCHER) for one in _hosts(request)])


def _unmapped(request: Request) -> RecordingRule:
    """1 where exporters on nodes send GPU series but map none to a launcher pod."""
    sent = united([anything(request, source) for source in _covering(_hosts(request))])
    if not request.recorded:
        # The series themselves say what they measured.
        sent = aggregate("group", request.cluster, sent)
    mapped = united([devices(request, source, _LAUNCHER) for source in _hosts(request)])
    unmapped = binary("unless", sent, mapped, on=request.cluster)
    spec = RecordSpec(
        record=record_name("cluster", "host_unmapped", "max"),
        level="health",
        role="host_unmapped",
        fields=(),
        labels=request.cluster,
        unit=ONE,
        kind=Kind.FLAG,
        help="Whether exporters on nodes send GPU series and map none of them to a launcher pod.",
        operation="max",
    )
    return RecordingRule(spec, _or_zero(request, aggregate("max", request.cluster, unmapped)))


def _silent(request: Request) -> Expression:
    if _by_pod(request) == request.sources:
        identity = identities(request)[0]
        return binary("unless", holders(request), read(identity_rule(request, identity), request), on=request.launcher)
    owned = binary("and", owned_pods(request, holding(request)), holders(request), on=request.launcher)
    silent: Expression = aggregate("group", request.vm_key, owned)
    for identity in identities(request):
        silent = binary("unless", silent, read(identity_rule(request, identity), request), on=request.vm_key)
    return silent


_OTHER_HELP = {
    "unmatched": "Launcher pods, names, addresses or nodes that GPU series come from and that match no running virtual "
    "machine.",
    "ambiguous": "Virtual machines, addresses or nodes of which more than one thing is said.",
    "contested": "Launcher pods, or virtual machines by name, whose GPU series come from more than one address.",
}
"""Where series are joined on something else than the launcher pod."""

_COUNTS: tuple[tuple[str, str, Callable[[Request], Expression]], ...] = (
    ("unmatched", "Launcher pods whose guest sends GPU series but that match no running virtual machine.", _unmatched),
    ("ambiguous", "Virtual machines for which KubeVirt names more than one running launcher pod.", _ambiguous),
    ("shared_uuid", "GPU UUIDs that more than one virtual machine claims.", _shared_uuid),
    ("contested", "Launcher pods whose GPU series come from more than one scraped address.", _contested),
    ("container_gpus", "GPUs, or MIG instances, of pods that are not virtual machines.", _container_gpus),
    ("silent", "Virtual machines with GPUs that send nothing.", _silent),
    ("mapped", "Launcher pods to which exporters on nodes map GPUs.", _mapped),
)
