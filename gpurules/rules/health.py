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
from gpurules.rules.identity import DEVICE, IDENTITY, SCRAPE_INSTANCE, VMI_POD, running_vms
from gpurules.rules.names import record_name
from gpurules.rules.request import INSTANCE, NAME, NAMESPACE, POD, UUID, Request
from gpurules.rules.spec import RecordSpec

LAUNCHER_PATTERN = "virt-launcher-.+"
"""Launcher pods are named by generateName ``virt-launcher-<VM>-`` in every KubeVirt release."""

INPUT_ABSENT = record_name("cluster", "input_absent", "max")

_INPUT = "input"


def health_rules(request: Request) -> tuple[RecordingRule, ...]:
    """All health records that ``request`` can have, in the order in which they must be evaluated."""
    absent = (_absent(request, "kubevirt_vmi_info"), _absent(request, "dcgm"))
    return (*absent, *(_counted(request, *entry) for entry in _COUNTS if entry[0] in _possible(request)))


def _possible(request: Request) -> frozenset[str]:
    roles = {role for role, _, _ in _COUNTS}
    if not request.contestable:
        roles.discard("contested")
    if not request.gpu_resources:
        roles.discard("silent")
    return frozenset(roles)


def _absent(request: Request, source: str) -> RecordingRule:
    """1 where ``source`` is missing, 0 where it is there."""
    series = {"kubevirt_vmi_info": selector("kubevirt_vmi_info", *request.info), "dcgm": selector(DEVICE)}
    if request.cluster:
        other = next(name for name in series if name != source)
        there = binary("*", number(0), aggregate("group", request.cluster, series[source]))
        missing = aggregate("group", request.cluster, series[other])
        expression: Expression = aggregate("max", request.cluster, binary("or", there, missing))
    else:
        expression = _or_zero(request, aggregate("max", (), call("absent", series[source])))
    spec = RecordSpec(
        record=INPUT_ABSENT,
        level="health",
        role="input_absent",
        fields=(),
        labels=(*request.cluster, _INPUT),
        unit=ONE,
        kind=Kind.FLAG,
        help=f"Whether a source of the join is missing: {_INPUTS[source]}.",
        operation="max",
        rule_labels=((_INPUT, source),),
    )
    return RecordingRule(spec, expression)


_INPUTS = {
    "kubevirt_vmi_info": "virtual machines, from KubeVirt's virt-controller",
    "dcgm": "any of the selected GPU series",
}


def _or_zero(request: Request, expression: Expression) -> Expression:
    if not request.cluster:
        return binary("or", expression, call("vector", number(0)))
    clusters = aggregate("group", request.cluster, selector(INPUT_ABSENT))
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
        help=help_text,
        operation="count",
    )
    return RecordingRule(spec, _or_zero(request, aggregate("count", request.cluster, what(request))))


def _unmatched(request: Request) -> Expression:
    launchers = aggregate("group", request.launcher, selector(DEVICE, matcher(POD, "=~", LAUNCHER_PATTERN)))
    return binary("unless", launchers, selector(IDENTITY), on=request.launcher)


def _several(request: Request, key: tuple[str, ...], of: str, series: Expression) -> Expression:
    """The ``key``s that have more than one value of ``of``."""
    distinct = aggregate("group", (*key, of), series)
    return binary(">", aggregate("count", key, distinct), number(1))


def _ambiguous(request: Request) -> Expression:
    return _several(request, (*request.cluster, NAMESPACE, NAME), VMI_POD, running_vms(request))


def _shared_uuid(request: Request) -> Expression:
    owners = aggregate("group", (*request.cluster, UUID, NAMESPACE, NAME), selector(INFO, matcher(UUID, "!=", "")))
    return binary(">", aggregate("count", (*request.cluster, UUID), owners), number(1))


def _contested(request: Request) -> Expression:
    series = selector(DEVICE, matcher(POD, "=~", LAUNCHER_PATTERN))
    return _several(request, request.launcher, SCRAPE_INSTANCE, series)


def _container_gpus(request: Request) -> Expression:
    series = selector(DEVICE, matcher(POD, "!~", LAUNCHER_PATTERN))
    return aggregate("group", (*request.cluster, UUID, INSTANCE), series)


def _silent(request: Request) -> Expression:
    resources = matcher("resource", "=~", "|".join(request.gpu_resources))
    requests = selector("kube_pod_container_resource_requests", resources, *_launchers(request))
    phases = selector("kube_pod_status_phase", matcher("phase", "=", "Running"), *_launchers(request))
    holders = aggregate("group", request.launcher, requests)
    running = binary("and", holders, binary("==", phases, number(1)), on=request.launcher)
    return binary("unless", running, selector(IDENTITY), on=request.launcher)


def _launchers(request: Request) -> tuple[Matcher, ...]:
    return (matcher(POD, "=~", LAUNCHER_PATTERN), *request.kube_state)


_COUNTS: tuple[tuple[str, str, Callable[[Request], Expression]], ...] = (
    ("unmatched", "Launcher pods whose guest sends GPU series but that match no running virtual machine.", _unmatched),
    ("ambiguous", "Virtual machines for which KubeVirt names more than one running launcher pod.", _ambiguous),
    ("shared_uuid", "GPU UUIDs that more than one virtual machine claims.", _shared_uuid),
    ("contested", "Launcher pods whose GPU series come from more than one scraped address.", _contested),
    ("container_gpus", "GPUs, or MIG instances, of pods that are not virtual machines.", _container_gpus),
    ("silent", "Virtual machines with GPUs that send nothing.", _silent),
)
