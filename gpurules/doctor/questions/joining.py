"""For each collection path: which GPU series carry its identity, and which VM each joins now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from gpurules.doctor.asking import ask
from gpurules.doctor.model import SAMPLES, Figure, Finding, LostGpu, Sample, Severity
from gpurules.doctor.outcome import (
    LAUNCHER_PREFIX,
    Key,
    Outcome,
    PathSource,
    Relation,
    Vm,
    carried,
    joined,
    outcomes,
)
from gpurules.doctor.question import Case, Question, Stores, cluster_of
from gpurules.doctor.questions import devices, holders, machines
from gpurules.doctor.questions.devices import VM_NAME_LABELS, Device
from gpurules.doctor.reasons import explain
from gpurules.labels.schema import HonorLabels
from gpurules.promql.syntax.build import aggregate, binary, matcher, number, selector
from gpurules.rules.identities.identity import Identity
from gpurules.rules.identities.narrowing import everything
from gpurules.rules.identities.pods import OWNER_METRIC
from gpurules.rules.identities.registry import IDENTITIES
from gpurules.rules.identity import identity_of
from gpurules.rules.label_names import ADDRESS, NAME, NAMESPACE, NODE, POD
from gpurules.rules.paths.path import Scrape
from gpurules.rules.paths.registry import PATHS
from gpurules.rules.request import Request
from gpurules.rules.selectors import parse_matchers

NAME_OF_QUESTION = "joining"


@dataclass(frozen=True, slots=True)
class Joining:
    """``sources``: those of every path in the registry. ``found``: how each series joins. ``name_label``: the label
    that holds VMs' names where relabelling sets them. ``ambiguous``: what each identity says of VMs twice."""

    sources: tuple[PathSource, ...]
    found: tuple[Outcome, ...]
    relations: Mapping[str, Relation]
    name_label: str

    @property
    def joined(self) -> dict[Device, Outcome]:
        """The series that join exactly one VM."""
        return joined(self.found)


def name_label_of(found: Iterable[Device], configured: str) -> str:
    """The label that holds VMs' names: the configured one, unless only the other usual one is there."""
    outside = [one.labels for one in found if not one.labels.get(POD, "").startswith(LAUNCHER_PREFIX)]
    for label in dict.fromkeys((configured, *VM_NAME_LABELS)):
        if any(labels.get(label) for labels in outside):
            return label
    return configured


def served(identity: str, found: machines.Machines, pods: holders.Holders) -> bool:
    """Whether what an identity reads is there."""
    return {
        "launcher-pod": found.names_pod,
        "pod-owner": found.has(OWNER_METRIC),
        "vm-name": bool(found.rows),
        "address": found.has(machines.ADDRESSES),
        "node": pods.asked and bool(pods.holders),
    }[identity]


def sources_of(case: Case, name_label: str) -> tuple[PathSource, ...]:
    """Every source of every path, with the first of its identities that is served here, else its first."""
    config = case.scope.config
    found, pods = case[machines.QUESTION], case[holders.QUESTION]
    chosen = []
    for name, path in PATHS.items():
        selector = parse_matchers(config.dcgm.path_selectors.get(name, ""), f"--path-selector {name}")
        scrape = Scrape(HonorLabels.AUTO, config.dcgm.vm_namespace_label, name_label, selector)
        for source in path.sources(scrape):
            fit = [one for one in source.identities if served(one, found, pods)]
            first = (fit or list(source.identities))[0]
            chosen.append(PathSource(name, replace(source, identities=(first,)), bool(fit)))
    return tuple(chosen)


def request_of(case: Case) -> Request:
    """The request with what is really there, read as it is: rules need not be loaded."""
    found = holders.with_resources(machines.effective(case[machines.QUESTION], case.scope.request))
    return replace(found, recorded=False)


async def _ask(stores: Stores, case: Case) -> Joining:
    all_devices = case[devices.QUESTION].all
    name_label = name_label_of(all_devices, case.scope.config.dcgm.vm_name_label)
    sources = sources_of(case, name_label)
    used = {
        identity_of(one.source).name
        for one in sources
        if one.served and any(carried(one, device) is not None for device in all_devices)
    }
    request = request_of(case)
    relations = {name: await _relation(stores, case, IDENTITIES[name], request) for name in sorted(used)}

    @cache
    def told(cluster: str) -> tuple[machines.Machines, holders.Holders]:
        return case[machines.QUESTION].within(cluster, request), case[holders.QUESTION].within(cluster)

    def why(one: PathSource, device: Device, key: Key) -> str:
        return explain(one, device, key, *told(device.cluster), request)

    return Joining(sources, outcomes(sources, all_devices, relations, why), relations, name_label)


async def _relation(stores: Stores, case: Case, identity: Identity, request: Request) -> Relation:
    keyed_by = identity.joined_on(request)
    labels = tuple(dict.fromkeys((*keyed_by, NAMESPACE, NAME, NODE)))
    at = case.scope.at
    vms: dict[Key, list[Vm]] = {}
    for row in await ask(stores.view, aggregate("group", labels, identity.relation(request, everything)), at):
        key = tuple(row.labels.get(label, "") for label in keyed_by)
        named = (NAMESPACE, NAME, NODE, *request.cluster)
        vms.setdefault(key, []).append(Vm(*(row.labels.get(label, "") for label in named)))
    shared: dict[Key, tuple[Vm, ...]] = {}
    if NAME not in identity.key and POD not in identity.key:
        twice = await ask(stores.view, identity.ambiguous(request, everything), at)
        keys = {tuple(row.labels.get(label, "") for label in keyed_by) for row in twice}
        shared = await _claimants(stores, case, identity, keys)
    return Relation({key: tuple(sorted(found)) for key, found in vms.items()}, shared, request.cluster)


async def _claimants(stores: Stores, case: Case, identity: Identity, keys: set[Key]) -> dict[Key, tuple[Vm, ...]]:
    """Who shares each of ``keys``; at least two, named where that is known."""
    found: dict[Key, set[Vm]] = {key: set() for key in keys}
    request = case.scope.request
    if keys and ADDRESS in identity.key:
        by = (*request.cluster, ADDRESS)
        owned = aggregate("group", (*by, NAMESPACE, NAME), selector(machines.ADDRESSES, matcher(ADDRESS, "!=", "")))
        several_of = binary(">", aggregate("count", by, owned), number(1))
        for row in await ask(stores.view, binary("and", owned, several_of, on=by), case.scope.at):
            vm = Vm(row.labels.get(NAMESPACE, ""), row.labels.get(NAME, ""), cluster=cluster_of(row.labels, request))
            found.get(tuple(row.labels.get(label, "") for label in by), set()).add(vm)
    if NODE in identity.key:
        for key, vms in found.items():
            vms |= {
                Vm(one.namespace, one.machine or one.pod, one.node, one.cluster)
                for one in case[holders.QUESTION].holders
                if one.node == key[-1] and one.cluster == "".join(key[:-1])
            }
    return {key: tuple(sorted(vms)) if len(vms) > 1 else (*sorted(vms), UNNAMED, UNNAMED) for key, vms in found.items()}


UNNAMED = Vm("", "another pod")


def lost_devices(found: Joining, all_devices: Iterable[Device]) -> tuple[tuple[Device, Outcome | None], ...]:
    """Series that join no VM on any path and whose GPU no other series books on one; the best outcome, if any."""
    booked = found.joined
    known = {device.unit for device in booked}
    by_device = {device: list(group) for device, group in groupby(found.found, key=lambda one: one.device)}
    return tuple(
        (device, next(iter(by_device.get(device, [])), None))
        for device in all_devices
        if device not in booked and device.unit not in known
    )


def of_container(device: Device) -> bool:
    """Whether the node's exporter maps the GPU to a pod that is no launcher."""
    mapped = device.labels.get("exported_pod", "")
    if not mapped and device.target is not None and device.labels.get(POD) != device.target.get(POD):
        mapped = device.labels.get(POD, "")
    return bool(mapped) and not mapped.startswith(LAUNCHER_PREFIX)


def sent_by_guest(device: Device, outcome: Outcome | None) -> bool:
    """Whether the series speaks of a VM's GPU: it was scraped on a launcher pod, or names a VM or an address."""
    return outcome is not None and outcome.path != "single-vm-node"


def lost_gpus(found: Joining, all_devices: Iterable[Device]) -> tuple[LostGpu, ...]:
    """GPUs that belong to no VM and to no container, each once."""
    lost: dict[tuple[str, str, str], LostGpu] = {}
    for device, outcome in lost_devices(found, all_devices):
        if not of_container(device):
            reason = outcome.reason if outcome else NOBODY
            lost.setdefault(device.unit, LostGpu(device.gpu(""), device.shown, reason))
    return tuple(lost.values())


NOBODY = "its series name no launcher pod, VM or address"


def _findings(found: Joining, case: Case) -> Iterable[Finding]:
    all_devices = case[devices.QUESTION].all
    lost = lost_devices(found, all_devices)
    guests = [(one, outcome) for one, outcome in lost if outcome is not None and sent_by_guest(one, outcome)]
    unjoined = [(device, one) for device, one in guests if not one.vms]
    several = [(device, one) for device, one in guests if one.vms]
    nobody = [(one, outcome) for one, outcome in lost if not sent_by_guest(one, outcome) and not of_container(one)]
    if unjoined:
        yield _finding(
            "series-unjoined",
            Severity.ERROR,
            unjoined,
            "join no VM",
            "Whatever reads these numbers by VM does not see them. See the reason of each.",
        )
    if several:
        yield _finding(
            "series-ambiguous",
            Severity.ERROR,
            several,
            "could be of several VMs, and are booked on none",
            "Give the scrape of these guests an identity of their own: the launcher pod, or namespace and name.",
        )
    if nobody:
        yield Finding(
            "gpu-of-nobody",
            Severity.WARNING if _unjoined_holders(case) else Severity.NOTE,
            NAME_OF_QUESTION,
            f"{len({one.unit for one, _ in nobody})} GPUs belong to nobody: exporters on nodes send "
            "them and map them to no pod.",
            "GPUs that no container uses are of no concern. If they are those of VMs: no device plugin for KubeVirt "
            "reports GPU UUIDs, so run the exporter in the guest, or beside it (gpurules scaffold).",
            (Figure("GPU series", len(nobody)),),
            tuple(Sample(one.shown, outcome.reason if outcome else NOBODY) for one, outcome in nobody[:SAMPLES]),
        )


def _unjoined_holders(case: Case) -> bool:
    """Whether some VM holds a GPU of which no series is booked on it."""
    booked = {one.vm.key for one in case[QUESTION].joined.values() if one.vm is not None}
    return any((one.cluster, one.namespace, one.machine) not in booked for one in case[holders.QUESTION].holders)


def silent_holders(case: Case) -> tuple[holders.Holder, ...]:
    """Running launcher pods that hold a GPU and of whose VM no series speaks, joined or not."""
    found = case[QUESTION]
    named = {vm.key for one in found.found for vm in one.vms}
    pods: set[Key] = {(one.device.cluster, *one.key) for one in found.found if POD in identity_of(one.source).key}
    pods |= {(one.cluster, one.own(NAMESPACE), one.own(POD)) for one in case[devices.QUESTION].all}
    return tuple(
        one
        for one in case[holders.QUESTION].holders
        if (one.cluster, one.namespace, one.machine) not in named and (one.cluster, one.namespace, one.pod) not in pods
    )


def _finding(name: str, severity: Severity, lost: Sequence[tuple[Device, Outcome]], what: str, advice: str) -> Finding:
    paths = ", ".join(dict.fromkeys(one.path for _, one in lost))
    return Finding(
        name,
        severity,
        NAME_OF_QUESTION,
        f"{len(lost)} GPU series of path {paths} {what}.",
        advice,
        (Figure("GPU series", len(lost)), Figure("GPUs", len({one.unit for one, _ in lost}))),
        tuple(Sample(device.shown, one.reason) for device, one in lost[:SAMPLES]),
    )


FINDS = {
    "series-unjoined": "GPU series that join no VM",
    "series-ambiguous": "GPU series that could be of several VMs",
    "gpu-of-nobody": "GPUs on nodes that are mapped to no pod",
}
"""The findings, for the documentation."""

QUESTION = Question(NAME_OF_QUESTION, "which VM each GPU series joins, by collection path", _ask, FINDS, _findings)
