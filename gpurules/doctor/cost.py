"""What the rules cost: a model of numbers of series, and of seconds for each. An estimate, and said to be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gpurules.doctor.model import Cost
from gpurules.doctor.question import Case, Wanted
from gpurules.doctor.questions import counters, devices, joining, loaded, machines
from gpurules.text.duration import parse_duration

SECONDS_PER_SERIES = 50e-6
"""Of one core for each DCGM series that the rules read, all that becomes of it included; measured with Prometheus 2.42
and the default rules at 1,000 to 8,000 VMs and 1,000 to 2,000 GPUs on a busy machine (bench/evaluation.py)."""
SECONDS_PER_MACHINE = 100e-6
"""The same for each kubevirt_vmi_info."""
USUAL_INTERVAL = 60.0
"""Seconds; that of Prometheus where nothing is configured."""
FACTORS = (1, 10)


def costs(case: Case) -> tuple[Cost, ...]:
    """At this fleet's size and at ten times that; none where nothing joins or the configuration does not render."""
    joins = case[joining.QUESTION]
    booked = [one for one in joins.joined.values() if one.vm is not None]
    if not booked or not case.scope.wanted:
        return ()
    gpus = len({one.device.unit for one in booked})
    vms = {one.vm.key for one in booked if one.vm is not None}
    nodes = {(one.vm.cluster, one.vm.node) for one in booked if one.vm is not None}
    namespaces = {(cluster, namespace) for cluster, namespace, _ in vms}
    rows = len(case[devices.QUESTION].all)
    series = case[counters.QUESTION].series
    read = sum(series.get(name, 0) for field in case.scope.request.fields for name in field.names)
    told = len(case[machines.QUESTION].rows)
    measured = sum(group.evaluation for group in case[loaded.QUESTION].groups)
    one_round = measured or read * SECONDS_PER_SERIES + told * SECONDS_PER_MACHINE
    sending = {
        field.field.name: min(gpus, -(-sum(series.get(name, 0) for name in field.names) * gpus // max(rows, 1)))
        for field in case.scope.request.fields
    }
    sizes = {"vmi": len(vms), "namespace": len(namespaces), "node": len(nodes)}
    interval = _interval(case)
    found = []
    for factor in FACTORS:
        recorded = sum(_series_of(one, sending, sizes, gpus, rows, factor) for one in case.scope.wanted)
        found.append(
            Cost(factor, gpus * factor, len(vms) * factor, recorded, one_round * factor, interval, recorded / interval)
        )
    return tuple(found)


def _series_of(
    one: Wanted, sending: Mapping[str, int], sizes: Mapping[str, int], gpus: int, rows: int, factor: int
) -> int:
    """How many series a record has at ``factor`` times the size."""
    spec = one.spec
    by_level: dict[str, Callable[[], int]] = {
        "vmi_gpu": lambda: max((sending.get(name, gpus) for name in spec.fields), default=gpus),
        "identity": lambda: rows if spec.role == "device" else sizes["vmi"],
        **{level: (lambda size=size: size) for level, size in sizes.items()},  # type: ignore[misc]
    }
    if spec.level in ("health", "cluster"):
        return 1
    if spec.level == "vmi" and spec.fields and not any(sending.get(name, 1) for name in spec.fields):
        return 0
    return by_level[spec.level]() * factor


def _interval(case: Case) -> float:
    configured = case.scope.config.rules.interval
    if configured:
        return parse_duration(configured) / 1000
    groups = case[loaded.QUESTION].groups
    return (groups[0].interval if groups else 0.0) or USUAL_INTERVAL
