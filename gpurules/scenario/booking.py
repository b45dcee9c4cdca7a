"""On which VM each GPU is to be booked, from the labels that Prometheus stores: no PromQL, no rule.

A guest's GPU belongs to the VM that the stored labels name, in the way of the collection path. With honorLabels false
the labels of the target stand, whatever the guest writes. With honorLabels true Prometheus lets a guest's own namespace
and pod labels win, and no query can recover whose they were: a guest that is a Kubernetes node is then seen as
containers, and a forged launcher pod as that launcher; :class:`Seen` says so by its ``labels``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from gpurules.scenario.claims import Claim, claims, shared_addresses
from gpurules.scenario.exposition import mapping, seen_by, within
from gpurules.scenario.heard import INFO, heard
from gpurules.scenario.kube_state import Pod, pods
from gpurules.scenario.model import Cluster, Exporter, Gpu, Instance, Labels, Reading, Stay, VirtualMachine, World
from gpurules.scenario.quantities import BY_NAME
from gpurules.scenario.scrape import INTERVAL, LOOKBACK, honors, merged
from gpurules.scenario.target import Target, collected, host_target, relabelled

LAUNCHER_PREFIX = "virt-launcher-"
ADDRESS = re.compile(r"[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
"""An IPv4 or IPv6 address; a target may have a host name in its place."""

MARGIN = 60
"""Seconds for which a node or an address must have been one's alone beyond the rate window, or the lookback."""

Key = tuple[str, ...]
Matchers = tuple[tuple[str, str, str], ...]


def matches(labels: Mapping[str, str], label: str, operator: str, value: str) -> bool:
    """Whether the labels satisfy one matcher; a label that is missing is as good as empty."""
    there = labels.get(label, "")
    equal = there == value if operator in ("=", "!=") else re.fullmatch(value, there) is not None
    return equal != operator.startswith("!")


@dataclass(frozen=True, slots=True)
class RulesFor:
    """What the rules under test were rendered for: ``paths``, preferred first; ``honor`` as the user said it;
    ``owners``: launcher pods are known from kube-state-metrics alone; ``addresses``: the release lists addresses;
    ``name_label``: the label that holds a VM's name, and ``namespace_label`` that with its namespace; ``observed``:
    the observability controller is read too; ``window``: the range of rates, and ``evaluation``: what lies between two
    evaluations, in seconds; ``combine``: how the user wants the GPUs of a VM to combine, by field; ``inline``: no rule
    reads a record; ``accepted``: label matchers as (label, operator, value), all of one of which a series must satisfy
    to be read, by source (all are where it is missing); ``cluster_label``: the label that tells clusters apart, empty
    where there is one."""

    paths: tuple[str, ...] = ("pod-network", "vsock-sidecar")
    honor: str = "auto"
    owners: bool = False
    addresses: bool = True
    name_label: str = "name"
    observed: bool = False
    cluster_label: str = ""
    namespace_label: str = "namespace"
    window: int = 300
    evaluation: int = 30
    combine: Mapping[str, str] = field(default_factory=dict)
    inline: bool = False
    accepted: Mapping[str, tuple[Matchers, ...]] = field(default_factory=dict)

    @property
    def as_stated(self) -> bool:
        """Whether what stories state of health records is about such rules: those on launcher pods."""
        others = self.owners or self.observed or self.inline
        return not others and set(self.paths) <= set(DEFAULT.paths) and self.window <= DEFAULT.window

    def reads(self, source: str, labels: Mapping[str, str]) -> bool:
        """Whether a series with ``labels`` satisfies the user's matchers for ``source``."""
        accepted = self.accepted.get(source)
        return not accepted or any(all(matches(labels, *one) for one in matchers) for matchers in accepted)

    @property
    def sources(self) -> tuple[str, ...]:
        """The kinds of series that are read, in order: words that device records begin with, less ``_gpu``."""
        found = [source for path in self.paths for source in self._sources_of(path)]
        return tuple(dict.fromkeys(found))

    def _sources_of(self, path: str) -> tuple[str, ...]:
        match path:
            case "host":
                return {"false": ("host_pod",), "true": ("pod",), "auto": ("pod", "host_pod")}[self.honor]
            case "vsock-exporter":
                return ("name",)
            case "remote":
                return ("name", "address") if self.addresses else ("name",)
            case "single-vm-node":
                return ("node",)
            case _:
                return ("pod",)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The sources that hold series of exporters on nodes alone."""
        if "host" not in self.paths:
            return ()
        guests = {source for path in self.paths if path != "host" for source in self._sources_of(path)}
        return tuple(source for source in self._sources_of("host") if source not in guests)


DEFAULT = RulesFor()


@dataclass(frozen=True, slots=True)
class Vm:
    """What a key stands for."""

    namespace: str
    name: str
    node: str
    described: Labels = ()
    """What KubeVirt says of it besides."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One GPU or MIG instance as Prometheus has it: the stored labels that may say whose it is, and its exporter."""

    labels: Mapping[str, str]
    exporter: Exporter
    gpu: Gpu
    instance: Instance | None

    @property
    def pod(self) -> str:
        """The label pod."""
        return self.labels.get("pod", "")

    @property
    def of_launcher(self) -> bool:
        """Whether the label pod is that of a launcher."""
        return self.pod.startswith(LAUNCHER_PREFIX)

    @property
    def instance_id(self) -> str:
        """The MIG instance, empty for a whole GPU."""
        return self.instance.id if self.instance else ""

    @property
    def device(self) -> tuple[str, str]:
        """UUID and MIG instance."""
        return self.gpu.uuid, self.instance_id

    def reading(self, name: str) -> Reading | None:
        """The reading that the exporter sends of a field."""
        if name not in self.exporter.fields:
            return None
        own = self.instance.readings.get(name) if self.instance else None
        return own or self.gpu.readings.get(name)

    def key(self, source: str, rules: RulesFor) -> Key | None:
        """What the series says of its VM in the way of ``source``; None where it is no series of that source."""
        if not rules.reads(source, self.labels):
            return None
        label = self.labels.get
        match source:
            case "pod":
                return label("namespace", ""), self.pod
            case "host_pod" if self.pod and not self.of_launcher:
                return label("exported_namespace", ""), label("exported_pod", "")
            case "name" if label(rules.namespace_label) and label(rules.name_label) and not self.of_launcher:
                return label(rules.namespace_label, ""), label(rules.name_label, "")
            case "address" if not self.pod and not label(rules.name_label):
                host = label("instance", "").rpartition(":")[0].strip("[]")
                return (host if ADDRESS.fullmatch(host) else "",)
            case "node" if self.pod and not (self.of_launcher or label("exported_pod") or label(rules.name_label)):
                return (label("node") or label("Hostname") or label("hostname", ""),)
        return None


class View:
    """The cluster at one moment as Prometheus has it, for rules that were rendered for ``rules``."""

    def __init__(self, world: World, moment: float, guests_honor: bool, rules: RulesFor = DEFAULT) -> None:
        self.world = world
        self.moment = moment
        self.guests_honor = guests_honor
        self.rules = rules
        self.seen = tuple(seen_gpus(world, moment, guests_honor))

    def of(self, source: str) -> Iterator[tuple[Key, Seen]]:
        """The series of a source, with their keys."""
        for gpu in self.seen:
            key = gpu.key(source, self.rules)
            if key is not None:
                yield key, gpu

    @cached_property
    def told(self) -> bool:
        """Whether a component that the rules read tells of VMs."""
        cluster = self.world.cluster
        leads = any(within(controller.leads, self.moment) for controller in cluster.controllers)
        return leads or (self.rules.observed and bool(cluster.observers))

    @cached_property
    def watched(self) -> bool:
        """Whether kube-state-metrics tells of pods."""
        return self.world.cluster.kube_state and watched(self.world.cluster, self.moment)

    @cached_property
    def launchers(self) -> dict[Key, Vm]:
        """Launcher pods that are known to be a running VM's."""
        found: dict[Key, Vm] = {}
        for machine in self.world.cluster.machines:
            stay = machine.stay(self.moment)
            owned = self.watched and machine.controlled_by is None
            known = owned if self.rules.owners else self.told and bool(stay and stay.known(self.moment))
            if stay is not None and known and (self.rules.owners or self._named(machine, stay)):
                vm = Vm(machine.namespace, machine.name, stay.node, machine.described)
                if not machine.described or (self.told and stay.known(self.moment)):
                    # Owners of pods know nothing of what KubeVirt says of the VM, and both must be there to be joined.
                    found[machine.namespace, stay.pod] = vm
        return found

    def _named(self, machine: VirtualMachine, stay: Stay) -> bool:
        """Whether the launcher of a running VM is named: by who leads now, or by one that led and is still heard."""
        if stay.named(self.moment) or stay.overlooked is None:
            return stay.named(self.moment)
        return (machine.namespace, machine.name, stay.pod) in self._pods_heard

    @cached_property
    def _pods_heard(self) -> frozenset[tuple[str, str, str]]:
        """The launcher pods of VMs that are still named, with namespace and name."""
        infos = (one for one in heard(self.world.cluster, self.moment) if one["__name__"] == INFO)
        listened = (one for one in infos if self.rules.observed or "exported_namespace" not in one)
        return frozenset((one["namespace"], one["name"], one["vmi_pod"]) for one in listened if "vmi_pod" in one)

    @cached_property
    def listed(self) -> dict[Key, tuple[Vm, str]]:
        """Running VMs that KubeVirt lists, by name, with their addresses."""
        found: dict[Key, tuple[Vm, str]] = {}
        for machine in self.world.cluster.machines:
            stay = machine.stay(self.moment)
            if stay is not None and self.told and stay.known(self.moment):
                vm = Vm(machine.namespace, machine.name, stay.node, machine.described)
                found[machine.namespace, machine.name] = vm, stay.address
        return found

    @cached_property
    def holders(self) -> tuple[Pod, ...]:
        """The running launcher pods with a GPU."""
        listed = pods(self.world.cluster, self.moment) if self.watched else ()
        return tuple(pod for pod in listed if pod.holds_gpu)

    def senders(self, source: str) -> frozenset[Key]:
        """The keys of ``source`` that were seen at an evaluation within the rate window."""
        return self._seen_within(self.rules.window - self.rules.evaluation)[source]

    @property
    def senders_settled(self) -> bool:
        """Whether it does not matter if the window holds both of its ends."""
        window = self.rules.window
        return self._seen_within(window - self.rules.evaluation) == self._seen_within(window)

    def _seen_within(self, window: int) -> dict[str, frozenset[Key]]:
        """The keys of each source that were seen at one of the evaluations of the last ``window`` seconds."""
        found: dict[str, set[Key]] = {source: set() for source in self.rules.sources}
        step = self.rules.evaluation
        last = int(self.moment // step) * step
        for moment in range(last, max(last - window, 0) - 1, -step):
            if moment == last or not within(self.world.cluster.outages, moment):
                view = self if moment == self.moment else replace_moment(self, moment)
                for source, keys in found.items():
                    keys.update(key for key, _ in view.of(source))
        return {source: frozenset(keys) for source, keys in found.items()}

    @cached_property
    def contradictory(self) -> bool:
        """Whether two exporters describe a GPU differently."""
        return any(len({described(one) for one in senders}) > 1 for senders in self.devices().values())

    @cached_property
    def recent(self) -> dict[str, set[Key]]:
        """The pods that had a GPU on each node when kube-state-metrics was scraped of late."""
        found: dict[str, set[Key]] = {}
        for moment in self._of_late(INTERVAL):
            if watched(self.world.cluster, moment):
                for pod in pods(self.world.cluster, moment):
                    if pod.holds_gpu:
                        found.setdefault(pod.stay.node, set()).add((pod.machine.namespace, pod.stay.pod))
                for other in self.world.cluster.container_pods:
                    found.setdefault(other.node, set()).add((other.namespace, other.name))
        return found

    def _of_late(self, step: int) -> Iterator[int]:
        """The moments of late, ``step`` seconds apart, at which Prometheus ran."""
        first = max(self.moment - max(self.rules.window, LOOKBACK) - MARGIN, 0)
        for moment in range(-int(-first // step) * step, int(self.moment) + 1, step):
            if not within(self.world.cluster.outages, moment):
                yield moment

    @cached_property
    def contenders(self) -> dict[str, set[Key]]:
        """Of the addresses that VMs share: who had each of late, while GPU series came from it."""
        found: dict[str, set[Key]] = {}
        shared = shared_addresses(self.world.cluster)
        # Rules that read no records ask who had the address of late, and who sends now.
        for moment in self._of_late(INTERVAL if self.rules.inline else self.rules.evaluation) if shared else ():
            view = self if self.rules.inline else replace_moment(self, moment)
            sending = {key[0] for key in view.senders("address")} & shared
            for address, *vm in claims(self.world.cluster, moment, self.rules.observed) if sending else ():
                if address in sending:
                    found.setdefault(address, set()).add(tuple(vm))
        return found

    def claimed(self) -> Iterator[Claim]:
        """Who has which of the addresses that GPU series come from."""
        sending = {key[0] for key in self.senders("address")}
        found = claims(self.world.cluster, self.moment, self.rules.observed)
        return (claim for claim in found if claim[0] in sending)

    @cached_property
    def addressed(self) -> dict[str, list[Vm]]:
        """The VMs that have each address."""
        found: dict[str, list[Vm]] = {}
        for vm, address in self.listed.values():
            found.setdefault(address, []).append(vm)
        return found

    def vm(self, source: str, key: Key) -> Vm | None:
        """What a key of ``source`` stands for."""
        match source:
            case "pod" | "host_pod":
                return self.launchers.get(key)
            case "name":
                return self.listed[key][0] if key in self.listed else None
            case "address":
                owners = self.addressed.get(key[0], [])
                return owners[0] if len(owners) == 1 and len(self.contenders.get(key[0], ())) < 2 else None
            case _:
                there = [pod for pod in self.holders if pod.vm and pod.stay.node == key[0]]
                if len(there) != 1 or len(self.recent.get(key[0], ())) != 1:
                    return None
                machine, stay = there[0].machine, there[0].stay
                if machine.described and not (self.told and stay.known(self.moment)):
                    return None
                return Vm(machine.namespace, machine.name, stay.node, machine.described)

    @cached_property
    def booked(self) -> tuple[tuple[Vm, Seen], ...]:
        """Every GPU under the VM that it is booked on, as often as it is sent, the preferred source first."""
        found: list[tuple[Vm, Seen]] = []
        for source in self.rules.sources:
            for key, gpu in self.of(source):
                vm = self.vm(source, key)
                if vm is not None and not (source == "host_pod" and self._sends_itself(vm, key)):
                    found.append((vm, gpu))
        return tuple(found)

    def _sends_itself(self, vm: Vm, key: Key) -> bool:
        """Whether a guest's own series are booked on ``vm``, or come from its launcher: its host's then are not."""
        guests = [source for source in self.rules.sources if source != "host_pod"]
        own = (self.vm(source, other) for source in guests for other, _ in self.of(source))
        return vm in own or ("pod" in guests and any(other == key for other, _ in self.of("pod")))

    def devices(self) -> dict[tuple[Vm, str, str], list[Seen]]:
        """The GPUs of each VM, each once, with all that send it."""
        found: dict[tuple[Vm, str, str], list[Seen]] = {}
        for vm, gpu in self.booked:
            found.setdefault((vm, *gpu.device), []).append(gpu)
        return found

    def values(self, name: str, rated: bool) -> Iterator[tuple[Vm, Seen, Reading, Fraction]]:
        """Each GPU's number of a field in the base unit."""
        quantity = BY_NAME[name]
        for (vm, _, _), senders in self.devices().items():
            for gpu in senders:
                reading = gpu.reading(name)
                if reading is None:
                    continue
                raw = reading.per_second if rated else reading.at(self.read())
                if not (quantity.zero_is_absent and raw == 0):
                    yield vm, gpu, reading, Fraction(raw) * quantity.factor
                break

    def read(self) -> float:
        """When the exporters last read DCGM."""
        collection = self.world.cluster.collection
        return self.moment // collection * collection


def watched(cluster: Cluster, moment: float) -> bool:
    """Whether a pod of kube-state-metrics answers at ``moment``."""
    return any(within(watcher.leads, moment) for watcher in cluster.watchers)


def replace_moment(view: View, moment: float) -> View:
    """The same at another moment."""
    return View(view.world, moment, view.guests_honor, view.rules)


def described(one: Seen) -> tuple[str, ...]:
    """What an exporter says of a GPU beyond what names it."""
    version = one.exporter.driver_version if one.exporter.driver_label else ""
    return one.gpu.model, one.gpu.pci_bus_id, version


def seen_gpus(world: World, moment: float, guests_honor: bool) -> Iterator[Seen]:
    """All GPUs of which series are stored, with the labels that are stored with them."""
    for machine in world.cluster.machines:
        for one in collected(machine, moment):
            if within(one.exporter.answers, moment):
                labels = _stored(world.cluster, one.target, one.exporter, one.more, guests_honor)
                for gpu in seen_by(one.exporter, machine.gpus_at(moment)):
                    yield from parts(labels, one.exporter, gpu)
    for host in world.cluster.host_exporters:
        if within(host.exporter.answers, moment):
            for workload in host.workloads:
                labels = _stored(world.cluster, host_target(host), host.exporter, mapping(workload), guests_honor)
                yield from parts(labels, host.exporter, workload.gpu)


def _stored(
    cluster: Cluster, target: Target, exporter: Exporter, more: Mapping[str, str], guests_honor: bool
) -> dict[str, str]:
    exposed = {exporter.hostname_label: exporter.hostname, **more}
    own = relabelled(target, cluster.relabelling)
    return merged(dict(own.labels), exposed, honors(target, guests_honor))


def parts(labels: Mapping[str, str], exporter: Exporter, gpu: Gpu) -> Iterator[Seen]:
    """A GPU, or its MIG instances, of which the exporter sends anything."""
    for instance in gpu.instances or (None,):
        one = Seen(labels, exporter, gpu, instance)
        if any(one.reading(name) for name in exporter.fields):
            yield one
