"""Do both sides of the join meet: in one Prometheus of those that are queried together, and in the evaluator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gpurules.config.model import Config
from gpurules.doctor.asking import ask
from gpurules.doctor.model import SAMPLES, Fact, Figure, Finding, Sample, Severity
from gpurules.doctor.outcome import Outcome
from gpurules.doctor.question import Case, Question, Row, Stores
from gpurules.doctor.questions import counters, devices, history, holders, joining, machines
from gpurules.promql.syntax.build import aggregate, matcher, selector
from gpurules.rules.identities.vms import INFO_METRIC
from gpurules.rules.identity import device_names
from gpurules.rules.selectors import series_of

NAME = "sides"
PROMETHEUS, REPLICA, CLUSTER = "prometheus", "prometheus_replica", "cluster"
"""External labels: prometheus-operator's own two, and the usual one of clusters."""
OTHER_CLUSTERS = ("cluster_name", "cluster_id", "clusterID", "k8s_cluster", "k8s_cluster_name", "kubernetes_cluster")
"""Labels that are used for clusters as well. A guest may write them for something else, hence only KubeVirt's series
say that they tell clusters apart."""
_SHARD = re.compile(r".+-shard-(\d+)-\d+")
"""How prometheus-operator names the pods of further shards, which is the value of prometheus_replica."""


@dataclass(frozen=True, slots=True)
class Sides:
    """By side, how many series each combination of external labels has. ``evaluator``: how the GPUs join there, None
    where no evaluator was named; ``seen``: the GPUs that are there at all."""

    guests: tuple[tuple[Row, int], ...]
    machines: tuple[tuple[Row, int], ...]
    evaluator: Mapping[tuple[str, str], Outcome] | None = None
    seen: frozenset[tuple[str, str]] = frozenset()
    known: frozenset[str] = field(default_factory=frozenset)


async def _ask(stores: Stores, case: Case) -> Sides:
    at = case.scope.at
    request = joining.request_of(case)
    names = history.witnesses(case[counters.QUESTION].series, device_names(request), len(case[devices.QUESTION].all))
    external = _external(case.scope.config)
    guests: list[tuple[Row, int]] = []
    if names:
        rows = await ask(stores.view, aggregate("count", external, series_of(names, request.dcgm)), at)
        guests = [(row.labels, round(row.value)) for row in rows]
    info = selector(INFO_METRIC, matcher("phase", "=", "running"), *request.info)
    rows = await ask(stores.view, aggregate("count", external, info), at)
    vms = [(row.labels, round(row.value)) for row in rows]
    if stores.evaluator is None:
        return Sides(tuple(guests), tuple(vms))
    there = Case(case.scope)
    for question in (machines.QUESTION, devices.QUESTION, holders.QUESTION, joining.QUESTION):
        there.answers[question.name] = await question.ask(Stores(stores.evaluator), there)
    return Sides(
        tuple(guests),
        tuple(vms),
        booked(there[joining.QUESTION]),
        frozenset((one.uuid, one.instance) for one in there[devices.QUESTION].all),
        frozenset(f"{row.get('namespace')}/{row.get('name')}" for row in there[machines.QUESTION].rows),
    )


def _external(config: Config) -> tuple[str, ...]:
    """The labels that tell where series come from."""
    configured = (config.rules.cluster_label,) if config.rules.cluster_label else ()
    return tuple(dict.fromkeys((*configured, CLUSTER, *OTHER_CLUSTERS, PROMETHEUS, REPLICA)))


def booked(joins: joining.Joining) -> dict[tuple[str, str], Outcome]:
    """How each GPU or MIG instance that joins one VM does."""
    return {(device.uuid, device.instance): outcome for device, outcome in joins.joined.items()}


def _values(side: Iterable[tuple[Row, int]], label: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row, count in side:
        if row.get(label):
            found[row[label]] = found.get(row[label], 0) + count
    return found


def shards(side: Iterable[tuple[Row, int]]) -> dict[str, int]:
    """Series by shard; the first shard has no number in its name."""
    found: dict[str, int] = {}
    for value, count in _values(side, REPLICA).items():
        named = _SHARD.fullmatch(value)
        shard = named[1] if named else "0"
        found[shard] = found.get(shard, 0) + count
    return found


def _findings(found: Sides, case: Case) -> Iterable[Finding]:
    guests, vms = _values(found.guests, PROMETHEUS), _values(found.machines, PROMETHEUS)
    if guests and vms and not guests.keys() & vms.keys():
        yield Finding(
            "sides-apart",
            Severity.ERROR,
            NAME,
            f"No Prometheus has both sides of the join: GPU series come from {', '.join(sorted(guests))}, "
            f"{INFO_METRIC} from {', '.join(sorted(vms))}. They meet in this query view alone.",
            "Let one Prometheus scrape both, or evaluate the rules where both are seen, such as in Thanos Ruler.",
            (Figure("GPU series apart", sum(guests.values())), Figure("VMs apart", sum(vms.values()))),
            (
                Sample(((PROMETHEUS, min(guests)),), "GPU series"),
                Sample(((PROMETHEUS, min(vms)),), INFO_METRIC),
            ),
        )
    for_guests, for_vms = shards(found.guests), shards(found.machines)
    spread = sorted({*for_guests, *for_vms})
    if len(spread) > 1:
        yield Finding(
            "sharded",
            Severity.ERROR,
            NAME,
            f"The series are spread over {len(spread)} shards of a Prometheus: rules that are loaded into each shard "
            "join partly or not at all.",
            "Evaluate the rules where all shards are seen, such as in Thanos Ruler; --evaluator says what one sees.",
            (Figure("shards", len(spread)),),
            tuple(
                Sample((("shard", one),), f"{for_guests.get(one, 0)} GPU series, {for_vms.get(one, 0)} VMs")
                for one in spread[:SAMPLES]
            ),
        )
    yield from _clusters(found, case)
    if found.evaluator is not None:
        yield from _blind(found, case)


def clusters(found: Sides, config: Config) -> tuple[str, tuple[str, ...]]:
    """The label that tells several clusters apart and is not configured, with its values; empty where there is none."""
    if _carried(found, config.rules.cluster_label):
        return "", ()
    by_label = {CLUSTER: _carried(found, CLUSTER)}
    by_label |= {label: tuple(sorted(_values(found.machines, label))) for label in OTHER_CLUSTERS}
    several = {label: values for label, values in by_label.items() if len(values) > 1}
    return next(iter(several.items()), ("", ()))


def _carried(found: Sides, label: str) -> tuple[str, ...]:
    """The values of a label on either side."""
    return tuple(sorted({*_values(found.guests, label), *_values(found.machines, label)}))


def _clusters(found: Sides, case: Case) -> Iterable[Finding]:
    configured = case.scope.config.rules.cluster_label
    label, values = clusters(found, case.scope.config)
    said = f"no series carries {configured}, which rules.cluster_label names" if configured else ""
    if values:
        yield Finding(
            "clusters-mixed",
            Severity.ERROR,
            NAME,
            f"This store holds {len(values)} clusters by the label {label}, and "
            f"{said or 'rules.cluster_label is not set'}: VMs and pods of one name in two clusters are taken for one.",
            f"Set rules.cluster_label to {label}.",
            (Figure("clusters", len(values)),),
            tuple(Sample(((label, one),)) for one in values[:SAMPLES]),
        )
    elif configured and (found.guests or found.machines) and not _carried(found, configured):
        yield Finding(
            "cluster-label-absent",
            Severity.NOTE,
            NAME,
            f"{said[0].upper()}{said[1:]}: everything is taken for one cluster.",
            "Leave it so where the label is added on the way to another store; else set rules.cluster_label to the "
            "label that tells your clusters apart, or to nothing.",
        )


def _blind(found: Sides, case: Case) -> Iterable[Finding]:
    there = found.evaluator or {}
    here = booked(case[joining.QUESTION])
    # Another identity than here is one that the rules do not read.
    lost = [
        (gpu, outcome)
        for gpu, outcome in sorted(here.items(), key=lambda one: one[0])
        if gpu not in there or there[gpu].source.identities != outcome.source.identities
    ]
    if not lost:
        return
    unseen = [gpu for gpu, _ in lost if gpu not in found.seen]
    yield Finding(
        "evaluator-blind",
        Severity.ERROR,
        NAME,
        f"{len(lost)} of {len(here)} GPUs that join here do not where the rules are evaluated: of {len(unseen)} it has "
        f"no GPU series, of {len(lost) - len(unseen)} not the VM.",
        "Let that Prometheus scrape both sides, or evaluate the rules where both are seen, such as in Thanos Ruler.",
        (
            Figure("GPUs that join here", len(here)),
            Figure("GPUs that do not join there", len(lost)),
            Figure("without GPU series there", len(unseen)),
        ),
        tuple(
            Sample(
                (*((("GPU_I_ID", gpu[1]),) if gpu[1] else ()), ("UUID", gpu[0])),
                f"of {outcome.vm}: " + ("its series are not there" if gpu not in found.seen else "the VM is not there"),
            )
            for gpu, outcome in lost[:SAMPLES]
        ),
    )


def _facts(found: Sides, case: Case) -> Iterable[Fact]:
    for label in _external(case.scope.config):
        values = sorted({*_values(found.guests, label), *_values(found.machines, label)})
        if values:
            yield Fact(f"label {label}", ", ".join(values[:SAMPLES]))
    if found.evaluator is not None:
        yield Fact(
            "GPUs that join in the evaluator", f"{len(found.evaluator)} of {len(booked(case[joining.QUESTION]))}"
        )


def findings(case: Case) -> tuple[Finding, ...]:
    """What is wrong here."""
    return tuple(_findings(case[QUESTION], case))


FINDS = {
    "sides-apart": "no single Prometheus has both sides of the join",
    "sharded": "series are spread over shards",
    "clusters-mixed": "several clusters, and no label that tells them apart is configured",
    "cluster-label-absent": "no series carries the cluster label that is configured",
    "evaluator-blind": "GPUs that join in the query view and not where rules are evaluated",
}
"""The findings, for the documentation."""

QUESTION = Question(NAME, "whether both sides of the join meet", _ask, FINDS, _findings, _facts)
