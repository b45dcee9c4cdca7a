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

from gpurules.scenario.exposition import mapping, seen_by, within
from gpurules.scenario.model import Cluster, Exporter, Gpu, Instance, Labels, Reading, World
from gpurules.scenario.scrape import honors, merged
from gpurules.scenario.target import Target, collected, host_target, relabelled

LAUNCHER_PREFIX = "virt-launcher-"
ADDRESS = re.compile(r"[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
"""An IPv4 or IPv6 address; a target may have a host name in its place."""

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
    def reads_vms(self) -> bool:
        """Whether any identity is known from what KubeVirt says of VMs."""
        return bool({"name", "address"} & set(self.sources)) or (self._reads_launchers and not self.owners)

    @property
    def reads_pods(self) -> bool:
        """Whether any identity is known from what kube-state-metrics says of pods."""
        return "node" in self.sources or (self._reads_launchers and self.owners)

    @property
    def _reads_launchers(self) -> bool:
        return bool({"pod", "host_pod"} & set(self.sources))

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
