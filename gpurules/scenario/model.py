"""A cluster over time: nodes, virtual machines, GPUs, exporters and controllers.

Everything is a frozen value; what changes is written as periods, so the state at any moment is a function of the
moment. Times are seconds from the start of the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from operator import itemgetter

Labels = tuple[tuple[str, str], ...]
"""Label pairs, sorted by name; the metric name is ``__name__``."""


def labels_of(pairs: Mapping[str, str]) -> Labels:
    """Sorted pairs without those that are empty, which Prometheus does not store."""
    return tuple(sorted(filter(_VALUE, pairs.items())))


_VALUE = itemgetter(1)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` to before ``end``."""

    start: float = 0
    end: float = inf

    def covers(self, moment: float) -> bool:
        """Whether ``moment`` is in it."""
        return self.start <= moment < self.end


ALWAYS = (Period(),)

HOME = "home"
"""The name of the cluster that a story is about, where a store holds several."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The raw number of one field, in DCGM's own unit: ``value`` at time 0, growing by ``per_second``, in steps of
    ``every`` seconds unless that is 0."""

    value: float
    per_second: float = 0.0
    labels: Labels = ()
    every: float = 0

    def at(self, moment: float) -> float:
        """The number at ``moment``."""
        passed = moment // self.every * self.every if self.every else moment
        return self.value + self.per_second * passed if self.per_second else self.value


@dataclass(frozen=True, slots=True)
class Instance:
    """One MIG instance: its id and profile, and the fields that are its own."""

    id: str
    profile: str
    readings: Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU as the DCGM of one engine sees it; ``readings`` by the current name of the field.

    With ``instances`` the GPU is in MIG mode: each field is asked for each instance, and what an instance does not
    have of its own is answered from the whole GPU.
    """

    uuid: str
    index: str
    model: str
    pci_bus_id: str
    readings: Mapping[str, Reading]
    instances: tuple[Instance, ...] = ()


@dataclass(frozen=True, slots=True)
class Exporter:
    """A dcgm-exporter: its release shows in the spelling of names and labels, its configuration in the fields.

    ``old_names``: the names that shipped counters files use, else those of DCGM 4.6. ``hostname_label``: ``Hostname``
    to 4.8.2, ``hostname`` from 4.8.3. ``driver_label``: the label row of the driver version, empty where the file has
    none. ``error_labels``: whether XID series carry err_code and err_msg (from 3.3.6-3.4.2). ``exposed``: further
    labels that it writes on every GPU series. ``forged``: whole series that it exposes besides. ``uuid_label``:
    ``uuid`` with --use-old-namespace. ``copies``: labels of which each series is sent once with each set.
    ``spelled``: names of fields that its counters file writes in another way. ``rows``: further label rows of the
    counters file, as (label on the series, label of the info record). ``sees``: UUIDs of the GPUs that its engine has,
    ``UUID/ID`` for a MIG instance; all of the guest's where it names none.
    """

    fields: tuple[str, ...]
    old_names: bool = True
    hostname_label: str = "Hostname"
    hostname: str = "guest"
    driver_label: str = "DCGM_FI_DRIVER_VERSION"
    driver_version: str = "550.90.07"
    error_labels: bool = True
    exposed: Labels = ()
    forged: tuple[Labels, ...] = ()
    answers: tuple[Period, ...] = ALWAYS
    uuid_label: str = "UUID"
    copies: tuple[Labels, ...] = ((),)
    spelled: Mapping[str, str] = field(default_factory=dict)
    rows: Labels = ()
    sees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """A VM's time in one virt-launcher pod on one node.

    ``listed``: KubeVirt reports the VMI as running during the stay. ``pod_known``: and names the pod in vmi_pod.
    ``scheduling``: for so many seconds before, KubeVirt reports the VMI in phase ``scheduling``.
    ``overlooked``: when it names no pod although it did before. ``phase``: that of the pod all the time, as that of one
    which was evicted; what follows from the period where it is empty. ``listed_from``: since when it is listed at all.
    ``reported``: the phase that KubeVirt lists the VMI in. ``deleted``: the pod is, as soon as the stay ends.
    """

    pod: str
    node: str
    address: str
    period: Period = field(default_factory=Period)
    listed: bool = True
    pod_known: bool = True
    scheduling: float = 0
    overlooked: Period | None = None
    phase: str = ""
    listed_from: float = 0
    reported: str = "running"
    deleted: bool = False

    def known(self, moment: float) -> bool:
        """Whether KubeVirt reports the VMI as running at ``moment``."""
        return self.listed and moment >= self.listed_from and self.reported == "running"

    def named(self, moment: float) -> bool:
        """Whether KubeVirt names the pod at ``moment``."""
        return self.pod_known and not (self.overlooked is not None and self.overlooked.covers(moment))


@dataclass(frozen=True, slots=True)
class VirtualMachine:
    """A VM of KubeVirt with its GPUs; without ``exporter`` nothing in the guest is scraped.

    ``service``: a Service over which the same exporter is scraped a second time. ``upgrade``: when the exporter is
    replaced, and by which. ``collected``: the ways in which its GPUs reach Prometheus, names in
    :data:`gpurules.scenario.target.WAYS`. ``later``: the GPUs that it has from a time on, in order of time.
    ``second``: another exporter in the guest, on the next port.
    ``described``: labels that KubeVirt gives the VM, beside what is usual. ``controlled_by``: kind and name of what
    controls its pod, where that is no VM. ``co_owned_by``: kind and name of what owns its pod as well, without
    controlling it. ``plugged``: it requests its GPUs of a device plugin, not by resource claims, which
    kube-state-metrics does not tell of. ``besides``: ways in which its GPUs are collected whatever the rules are for.
    """

    namespace: str
    name: str
    stays: tuple[Stay, ...]
    gpus: tuple[Gpu, ...] = ()
    exporter: Exporter | None = None
    service: str = ""
    upgrade: tuple[float, Exporter] | None = None
    collected: tuple[str, ...] = ("pod-network",)
    later: tuple[tuple[float, tuple[Gpu, ...]], ...] = ()
    second: Exporter | None = None
    described: Labels = ()
    controlled_by: tuple[str, str] | None = None
    co_owned_by: tuple[tuple[str, str], ...] = ()
    plugged: bool = True
    besides: tuple[str, ...] = ()

    def gpus_at(self, moment: float) -> tuple[Gpu, ...]:
        """The GPUs that it has at ``moment``, with their readings from then on."""
        return next((gpus for since, gpus in reversed(self.later) if moment >= since), self.gpus)

    @property
    def all_gpus(self) -> tuple[Gpu, ...]:
        """The GPUs that it has at any time."""
        return (*self.gpus, *(gpu for _, gpus in self.later for gpu in gpus))

    def stay(self, moment: float) -> Stay | None:
        """Where the VM runs at ``moment``."""
        return next((stay for stay in self.stays if stay.period.covers(moment)), None)

    def exporter_at(self, moment: float) -> Exporter | None:
        """The exporter that runs at ``moment``."""
        if self.upgrade is not None and moment >= self.upgrade[0]:
            return self.upgrade[1]
        return self.exporter


@dataclass(frozen=True, slots=True)
class Controller:
    """A replica that serves kubevirt metrics: all replicas are scraped, only the leader knows VMIs.

    ``deployed``: when Prometheus has it as a target; ``leads``: when it is the leader.
    """

    pod: str
    address: str
    deployed: tuple[Period, ...] = ALWAYS
    leads: tuple[Period, ...] = ALWAYS


@dataclass(frozen=True, slots=True)
class Stranger:
    """A tenant's application that is scraped with honorLabels and exposes series under others' names: all that is not
    its own choice is its job."""

    namespace: str
    pod: str
    address: str
    series: tuple[Labels, ...]


@dataclass(frozen=True, slots=True)
class ContainerPod:
    """A pod with a GPU that is no VM's launcher, as kube-state-metrics lists it."""

    namespace: str
    name: str
    node: str


@dataclass(frozen=True, slots=True)
class Workload:
    """A container on a node's own GPU, as dcgm-exporter's pod mapping names it."""

    namespace: str
    pod: str
    container: str
    gpu: Gpu


@dataclass(frozen=True, slots=True)
class HostExporter:
    """The dcgm-exporter of a node: the GPUs of ordinary containers. ``static``: the labels of its target where it is
    scraped on a server outside of the cluster. ``honored``: whether its scrape sets honorLabels; as that of the guests
    where it is None."""

    pod: str
    node: str
    address: str
    exporter: Exporter
    workloads: tuple[Workload, ...]
    static: Labels = ()
    honored: bool | None = None


@dataclass(frozen=True, slots=True)
class Relabelling:
    """What the user's scrape configuration makes of target labels: ``namespace_label`` and ``name_label`` name the VM
    where relabelling or the sender does; ``added``: labels by the kind of the target."""

    namespace_label: str = "namespace"
    name_label: str = "name"
    added: Mapping[str, Labels] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cluster:
    """All there is.

    ``controllers`` are virt-controller's replicas; ``observers`` those of the observability controller, which emits
    the same metric and is scraped without honorLabels. ``outages``: when Prometheus is down.
    ``absent_value``: how KubeVirt writes a label without a value: ``<none>`` to v1.5, empty from v1.6.
    ``collection``: seconds between two reads of DCGM by an exporter. ``kube_state``: kube-state-metrics is scraped.
    ``addresses``: KubeVirt lists the addresses of VMs (v1.4). ``names_pod``: and names their launcher pods (v1.5).
    ``replicas``: names of the Prometheus that scrape all this, one after the other, into the store that is queried;
    none for the one whose own store it is. ``resource``: what gives a VM a GPU, as kube-state-metrics spells it.
    ``watchers``: the pods in which kube-state-metrics runs; each tells all. ``strangers``: applications that expose
    what is not theirs. ``container_pods``: pods with a GPU besides.
    """

    nodes: tuple[str, ...]
    machines: tuple[VirtualMachine, ...]
    controllers: tuple[Controller, ...]
    observers: tuple[Controller, ...] = ()
    host_exporters: tuple[HostExporter, ...] = ()
    outages: tuple[Period, ...] = ()
    absent_value: str = ""
    collection: float = 30
    kube_state: bool = False
    addresses: bool = False
    names_pod: bool = True
    replicas: tuple[str, ...] = ()
    relabelling: Relabelling = field(default_factory=Relabelling)
    resource: str = "nvidia_com_GA102GL_A10"
    watchers: tuple[Controller, ...] = (Controller("kube-state-metrics-5c4d-eeeee", "10.128.0.3"),)
    strangers: tuple[Stranger, ...] = ()
    container_pods: tuple[ContainerPod, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """Something happens at ``at``; what is said of which records is not settled until the given times.

    ``values``: records of gauges and information. ``rates``: records over the rate window. ``senders``: which VMs sent
    anything in the rate window. ``health``: health records, and which GPUs are seen at all, gone pods included.
    ``heard``: what components are heard to say, which only rules that lag behind it disturb. ``named``: numbers that
    are booked by a name, address or node, under which a former launcher of the VM is seen for a while. 0 where that
    kind of record is not disturbed.
    """

    at: float
    values: float = 0
    rates: float = 0
    senders: float = 0
    health: float = 0
    heard: float = 0
    named: float = 0

    def until(self, kind: str) -> float:
        """When records of ``kind`` are settled again."""
        return {
            "values": self.values,
            "rates": self.rates,
            "senders": self.senders,
            "health": self.health,
            "heard": self.heard,
            "named": self.named,
        }[kind]


@dataclass(frozen=True, slots=True)
class World:
    """A cluster, what happens in it, and when to look.

    ``stated``: health counts that are to be seen at a checkpoint for a reason that the story gives, by (role, time);
    they take the place of what the state of the cluster says. ``checkpoints`` are multiples of the rules' interval.
    ``lawless``: where guests' labels are honored nothing can be said of the numbers, only that no rule fails.
    ``in_place``: records that are left over are of former launchers on the same nodes.
    ``others``: further clusters in the same store, by name; only rules with a cluster label tell them apart.
    ``levels``: of the records that are asked about; all where it is empty.
    """

    name: str
    cluster: Cluster
    checkpoints: tuple[int, ...]
    transitions: tuple[Transition, ...] = ()
    stated: Mapping[tuple[str, int], float] = field(default_factory=dict)
    lawless: bool = False
    others: Mapping[str, Cluster] = field(default_factory=dict)
    in_place: bool = False
    levels: tuple[str, ...] = ()

    @property
    def clusters(self) -> dict[str, Cluster]:
        """All clusters of the store by name."""
        return {HOME: self.cluster, **self.others}

    @property
    def end(self) -> int:
        """The last moment of interest."""
        return max(self.checkpoints)


def absent_value(release: str) -> str:
    """How the KubeVirt ``release`` writes a label without a value (source: vmistats_collector.go of v1.5 and v1.6)."""
    return "<none>" if release_number(release) < (1, 6) else ""


def release_number(release: str) -> tuple[float, ...]:
    """A KubeVirt release such as ``v1.5.1`` as numbers; ``main`` is above all."""
    return tuple(float(part) for part in release.removeprefix("v").split(".")) if release != "main" else (inf,)
