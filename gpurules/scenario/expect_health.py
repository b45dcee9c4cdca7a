"""What the health records must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from gpurules.rules.spec import RecordSpec
from gpurules.scenario import heard as told
from gpurules.scenario.booking import Key, RulesFor
from gpurules.scenario.kube_state import VM_KIND
from gpurules.scenario.sample import sample
from gpurules.scenario.target import Sample
from gpurules.scenario.views import View

BY_POD = ("pod", "host_pod")
TOLD_APART = ("name",)
"""Sources whose device record keeps the scraped address in any case."""


def unmatched_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``unmatched``: launcher pods, names, addresses or nodes that send GPU series and stand for no running VM."""
    found = set()
    for source in view.rules.sources:
        for key, _ in view.of(source):
            if view.vm(source, key) is None and _counts(source, key):
                found.add((source.removeprefix("host_"), key))
    yield sample(spec, {}, len(found))


def _counts(source: str, key: Key) -> bool:
    return source not in BY_POD or key[1].startswith("virt-launcher-")


def ambiguous_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``ambiguous``: VMs or launcher pods of which more than one thing is heard, addresses and nodes that more
    than one VM or pod with a GPU had of late."""
    identities = {OF_SOURCE[source] for source in view.rules.sources}
    said: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for series in view.heard if identities & {"launcher", "vm"} else ():
        for subject, claim in _claims(series, identities, view.rules):
            said.setdefault(subject, set()).add(claim)
    # A VM of which both its launcher and its node are ambiguous is one.
    several = len({(what, *subject) for (_, what, *subject), claims in said.items() if len(claims) > 1})
    if "node" in identities:
        several += sum(len(pods) > 1 for pods in view.recent.values())
    if "address" in identities:
        several += sum(len(vms) > 1 for vms in view.contenders.values())
    yield sample(spec, {}, several)


OF_SOURCE = {"pod": "launcher", "host_pod": "launcher", "name": "vm", "address": "address", "node": "node"}
"""What the series of each source are booked by."""


def _claims(
    series: Mapping[str, str], identities: AbstractSet[str], rules: RulesFor
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What a series says of what it is about, for each of ``identities`` that listens to it."""
    vm = series["namespace"], series.get("name", "")
    match series["__name__"]:
        case told.INFO if series["phase"] == "running" and (rules.observed or "exported_namespace" not in series):
            pod = series.get("vmi_pod", "")
            if "launcher" in identities and not rules.owners and pod not in ("", "<none>"):
                yield ("launcher of", "VM", *vm), (pod,)
            if "vm" in identities:
                yield ("node of", "VM", *vm), (series.get("node", ""),)
        case told.OWNERS if "launcher" in identities and rules.owners and series["owner_kind"] == VM_KIND:
            yield ("owner of", "pod", series["namespace"], series["pod"]), (series["owner_name"],)


def shared_uuid_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``shared_uuid``: UUIDs that more than one VM sends."""
    owners: dict[str, set[tuple[str, str]]] = {}
    for vm, gpu in view.booked:
        owners.setdefault(gpu.gpu.uuid, set()).add((vm.namespace, vm.name))
    yield sample(spec, {}, sum(len(vms) > 1 for vms in owners.values()))


def container_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``container_gpus``: GPUs and MIG instances that belong to no launcher pod, and come on no other path."""
    devices = set()
    for source in view.rules.sources:
        if source in BY_POD:
            devices |= {gpu.device for key, gpu in view.of(source) if not _counts(source, key)}
    for source in view.rules.sources:
        if source not in BY_POD:
            devices -= {gpu.device for _, gpu in view.of(source)}
    if set(BY_POD) <= set(view.rules.sources):
        # By its own pod label a node's exporter is a container, by what it maps its GPUs may be VMs'.
        devices -= {gpu.device for key, gpu in view.of("host_pod") if _counts("host_pod", key)}
    yield sample(spec, {}, len(devices))


def contested_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``contested``: launcher pods, or VMs by name, whose GPU series come from more than one scrape instance."""
    places: dict[tuple[str, Key], set[str]] = {}
    for source in view.rules.sources:
        if source in TOLD_APART or (source in BY_POD and view.rules.honor != "false"):
            for key, gpu in view.of(source):
                if _counts(source, key):
                    places.setdefault((source, key), set()).add(gpu.labels["instance"])
    contested = {(source.removeprefix("host_"), key) for (source, key), found in places.items() if len(found) > 1}
    yield sample(spec, {}, len(contested))


def mapped_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``mapped``: launcher pods to which exporters on nodes map GPUs."""
    yield sample(spec, {}, len(_mapped(view)))


def _mapped(view: View) -> set[Key]:
    return {key for source in view.rules.hosts for key, _ in view.of(source) if _counts(source, key)}


def host_unmapped_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``host_unmapped``: 1 where exporters on nodes send, and map nothing to a launcher pod."""
    sent = any(True for source in view.rules.hosts for _ in view.of(source))
    yield sample(spec, {}, int(sent and not _mapped(view)))


def silent_samples(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``silent``: VMs with a GPU, or their launcher pods, that send nothing that could be booked on them."""
    matched = {view.vm(source, key) for source in view.rules.sources for key in view.senders(source)}
    if set(view.rules.sources) <= set(BY_POD):
        keys = {key for source in view.rules.sources for key in view.senders(source) if view.vm(source, key)}
        pods = {(pod.machine.namespace, pod.stay.pod) for pod in view.holders}
        yield sample(spec, {}, len(pods - keys))
        return
    sending = {(vm.namespace, vm.name) for vm in matched if vm is not None}
    holders = {(pod.machine.namespace, pod.vm) for pod in view.holders if pod.vm}
    yield sample(spec, {}, len(holders - sending))


def nothing_absent(view: View, spec: RecordSpec) -> Iterator[Sample]:
    """Role ``input_absent``: whether an input of the rules is missing."""
    there = {
        "dcgm": any(True for source in view.rules.sources for _ in view.of(source)),
        "kubevirt_vmi_info": view.told,
        "kube_pod_owner": view.watched,
    }
    yield sample(spec, {}, int(not there[dict(spec.rule_labels)["input"]]))


HEALTH_ROLES: Mapping[str, Callable[[View, RecordSpec], Iterator[Sample]]] = {
    "unmatched": unmatched_samples,
    "ambiguous": ambiguous_samples,
    "shared_uuid": shared_uuid_samples,
    "container_gpus": container_samples,
    "contested": contested_samples,
    "mapped": mapped_samples,
    "host_unmapped": host_unmapped_samples,
    "silent": silent_samples,
    "input_absent": nothing_absent,
}
