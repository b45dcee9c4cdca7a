"""Scrape targets, and by which ways the numbers of a guest's GPUs reach Prometheus.

Sources of the labels: prometheus-operator's generated scrape configuration for pods and services; a static or address
target has only instance and job; relabelling adds what the user's configuration says. dcgm-exporter takes its host name
from NODE_NAME in Kubernetes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from gpurules.scenario.model import (
    Controller,
    Exporter,
    HostExporter,
    Labels,
    Reading,
    Relabelling,
    Stay,
    Stranger,
    VirtualMachine,
    labels_of,
)

GUEST_PORT = 9400


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of an exposition: labels with the metric name, and the number."""

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Exposed:
    """One series of an exposition: labels with the metric name, and the reading that its numbers are of."""

    labels: Labels
    reading: Reading


@dataclass(frozen=True, slots=True)
class Target:
    """A scrape target: ``kind`` says whose it is; ``labels`` are what service discovery sets."""

    kind: str
    labels: Labels

    @property
    def instance(self) -> str:
        """Address and port."""
        return dict(self.labels)["instance"]


def controller_target(controller: Controller, job: str, namespace: str, container: str) -> Target:
    """The target of a KubeVirt component behind its Service."""
    return Target(
        "controller",
        labels_of(
            {
                "container": container,
                "endpoint": "metrics",
                "instance": f"{controller.address}:8443",
                "job": job,
                "namespace": namespace,
                "pod": controller.pod,
                "service": job,
            }
        ),
    )


NAMED = ("exporter", "remote")
"""Kinds of targets that carry the namespace and name of their VM."""


def relabelled(target: Target, relabelling: Relabelling) -> Target:
    """The target as the user's relabelling leaves it."""
    labels = dict(target.labels)
    if target.kind in NAMED and "name" in labels:
        namespace = labels.pop("namespace")
        labels[relabelling.name_label] = labels.pop("name")
        if target.kind == "exporter" and relabelling.namespace_label != "namespace":
            labels["namespace"] = "gpu-operator"
        labels[relabelling.namespace_label] = namespace
    added = dict(relabelling.added.get(target.kind, ()))
    if "job" in added:
        # What is told apart by its job still is.
        added["scrape_job"] = labels["job"]
    return Target(target.kind, labels_of({**labels, **added}))


def guest_targets(machine: VirtualMachine, stay: Stay) -> tuple[Target, ...]:
    """The targets that a PodMonitor and, where the guest has a Service, a ServiceMonitor make of a launcher pod."""
    labels = {
        "container": "compute",
        "endpoint": "gpu-metrics",
        "instance": f"{stay.address}:{GUEST_PORT}",
        "namespace": machine.namespace,
        "pod": stay.pod,
    }
    targets = [Target("guest", labels_of({**labels, "job": f"{machine.namespace}/guest-dcgm"}))]
    if machine.service:
        targets.append(Target("guest", labels_of({**labels, "job": machine.service, "service": machine.service})))
    return tuple(targets)


HOST_KINDS = {None: "host", True: "honored-host", False: "renamed-host"}
"""The kind of the target of a node's exporter, by whether its scrape sets honorLabels."""


def host_target(host: HostExporter) -> Target:
    """The target that the GPU operator's ServiceMonitor makes of its exporter, or that of a server elsewhere."""
    if host.static:
        instance = f"{host.address}:{GUEST_PORT}"
        return Target("static", labels_of({**dict(host.static), "instance": instance, "job": "servers"}))
    return Target(
        HOST_KINDS[host.honored],
        labels_of(
            {
                "container": "nvidia-dcgm-exporter",
                "endpoint": "gpu-metrics",
                "instance": f"{host.address}:{GUEST_PORT}",
                "job": "nvidia-dcgm-exporter",
                "namespace": "gpu-operator",
                "pod": host.pod,
                "service": "nvidia-dcgm-exporter",
            }
        ),
    )


def kube_state_target(watcher: Controller) -> Target:
    """kube-state-metrics as kube-prometheus scrapes it, with honorLabels."""
    return Target(
        "kube-state",
        labels_of(
            {
                "container": "kube-state-metrics",
                "endpoint": "http",
                "instance": f"{watcher.address}:8080",
                "job": "kube-state-metrics",
                "namespace": "monitoring",
                "pod": watcher.pod,
                "service": "kube-state-metrics",
            }
        ),
    )


def stranger_target(stranger: Stranger) -> Target:
    """A tenant's application, by a PodMonitor of the tenant's that sets honorLabels."""
    return Target(
        "stranger",
        labels_of(
            {
                "container": "app",
                "endpoint": "metrics",
                "instance": f"{stranger.address}:8080",
                "job": f"{stranger.namespace}/app",
                "namespace": stranger.namespace,
                "pod": stranger.pod,
            }
        ),
    )


@dataclass(frozen=True, slots=True)
class Collected:
    """One exposition that holds the GPUs of a guest: its target, the exporter, and the labels that it adds."""

    target: Target
    exporter: Exporter
    more: Mapping[str, str]


def collected(machine: VirtualMachine, moment: float) -> Iterator[Collected]:
    """Every way in which the GPUs of ``machine`` are collected at ``moment``; none while no launcher pod runs it. Where
    there are several ways and two exporters, the second comes in all ways but the first."""
    stay, exporter = machine.stay(moment), machine.exporter_at(moment)
    if stay is None or exporter is None:
        return
    first, *others = machine.collected
    apart = machine.second is not None and others
    for way in (first,) if apart else machine.collected:
        yield from WAYS[way](machine, stay, exporter)
    for way in others if apart else machine.collected:
        if machine.second is not None:
            # What is on a node is one exporter for all of its guests.
            beside = (one for one in WAYS[way](machine, stay, machine.second) if apart or one.target.kind != "host")
            yield from beside if apart else map(_on_the_next_port, beside)


def _on_the_next_port(one: Collected) -> Collected:
    """The exporter beside the first one."""
    labels = dict(one.target.labels)
    labels["instance"] = labels["instance"].removesuffix(str(GUEST_PORT)) + str(GUEST_PORT + 1)
    labels |= {"endpoint": "more-metrics"} if "endpoint" in labels else {}
    return replace(one, target=Target(one.target.kind, labels_of(labels)))


def _outside(exporter: Exporter, hostname: str) -> Exporter:
    """The exporter where it runs outside the guest: what a guest would forge is not in it."""
    return replace(exporter, exposed=(), forged=(), hostname=hostname)


def _in_guest(machine: VirtualMachine, stay: Stay, exporter: Exporter) -> Iterator[Collected]:
    for target in guest_targets(machine, stay):
        yield Collected(target, exporter, dict(exporter.exposed))


def _sidecar(machine: VirtualMachine, stay: Stay, exporter: Exporter) -> Iterator[Collected]:
    for target in guest_targets(machine, stay):
        labels = labels_of({**dict(target.labels), "container": "dcgm-exporter"})
        yield Collected(Target("sidecar", labels), _outside(exporter, stay.pod), {})


def _exporter_of_vm(machine: VirtualMachine, stay: Stay, exporter: Exporter) -> Iterator[Collected]:
    """An exporter pod for each VM; relabelling sets the VM's namespace and name."""
    labels = {
        "container": "dcgm-exporter",
        "endpoint": "gpu-metrics",
        "instance": f"{_beside(stay)}:{GUEST_PORT}",
        "job": "vsock-exporter",
        "name": machine.name,
        "namespace": machine.namespace,
        "pod": f"dcgm-{machine.name}"[:63],
    }
    yield Collected(Target("exporter", labels_of(labels)), _outside(exporter, stay.node), {})


def _labelled_exporter(machine: VirtualMachine, stay: Stay, exporter: Exporter) -> Iterator[Collected]:
    """As before with podTargetLabels: the pod's label vmi.kubevirt.io/id holds the name."""
    for one in _exporter_of_vm(machine, stay, exporter):
        labels = dict(one.target.labels)
        labels["vmi_kubevirt_io_id"] = labels.pop("name")
        yield replace(one, target=Target("exporter", labels_of(labels)))


def _remote(machine: VirtualMachine, stay: Stay, exporter: Exporter) -> Iterator[Collected]:
    """Scraped on the guest's address, with the VM's namespace and name as target labels (or pushed with them)."""
    labels = {"namespace": machine.namespace, "name": machine.name}
    yield Collected(_address_target(machine, stay, labels), exporter, dict(exporter.exposed))


def _remote_address(machine: VirtualMachine, stay: Stay, exporter: Exporter) -> Iterator[Collected]:
    """Scraped on the guest's address, and nothing else is known."""
    yield Collected(_address_target(machine, stay, {}), exporter, dict(exporter.exposed))


def _address_target(machine: VirtualMachine, stay: Stay, labels: dict[str, str]) -> Target:
    address = f"[{stay.address}]" if ":" in stay.address else stay.address
    return Target(
        "remote",
        labels_of(
            {"instance": f"{address}:{GUEST_PORT}", "job": f"remote-{machine.namespace}-{machine.name}", **labels}
        ),
    )


def _reader(machine: VirtualMachine, stay: Stay, exporter: Exporter) -> Iterator[Collected]:
    """An exporter on the node that reads the guest and says nothing of it; its host name is the node's."""
    labels = {
        "container": "dcgm-exporter",
        "endpoint": "gpu-metrics",
        "instance": f"{_beside(stay)}:{GUEST_PORT}",
        "job": "vsock-readers",
        "namespace": "gpu-operator",
        "pod": f"dcgm-reader-{machine.namespace}-{machine.name}"[:63],
    }
    yield Collected(Target("reader", labels_of(labels)), _outside(exporter, stay.node), {})


def _reader_with_node(machine: VirtualMachine, stay: Stay, exporter: Exporter) -> Iterator[Collected]:
    """As before, and relabelling sets the node."""
    for one in _reader(machine, stay, exporter):
        target = Target("reader", labels_of({**dict(one.target.labels), "node": stay.node}))
        yield replace(one, target=target, exporter=_outside(exporter, "reader"))


def _mapped(machine: VirtualMachine, stay: Stay, exporter: Exporter) -> Iterator[Collected]:
    """The node's exporter where a device plugin reports GPU UUIDs: the kubelet maps the GPU to the launcher pod."""
    mapping = {"namespace": machine.namespace, "pod": stay.pod, "container": "compute"}
    yield from (replace(one, more=mapping) for one in _unmapped(machine, stay, exporter))


def _unmapped(machine: VirtualMachine, stay: Stay, exporter: Exporter) -> Iterator[Collected]:
    """The node's exporter with KubeVirt's and NVIDIA's plugins: no device ID is a GPU's UUID, so no pod is named."""
    number = stay.node[-1]
    host = HostExporter(f"nvidia-dcgm-exporter-{number}qwzt", stay.node, f"10.13{number}.0.4", exporter, ())
    yield Collected(host_target(host), _outside(exporter, stay.node), {})


def _beside(stay: Stay) -> str:
    """An address for an exporter pod beside the VM's, another one wherever the VM goes."""
    return f"172.16.{sum(map(ord, stay.pod)) % 250}.{sum(map(ord, stay.address)) % 250}"


Way = Callable[[VirtualMachine, Stay, Exporter], Iterator[Collected]]

WAYS: Mapping[str, Way] = {
    "pod-network": _in_guest,
    "vsock-sidecar": _sidecar,
    "vsock-exporter": _exporter_of_vm,
    "vsock-exporter-labelled": _labelled_exporter,
    "remote": _remote,
    "remote-address": _remote_address,
    "node-exporter": _reader,
    "node-exporter-relabelled": _reader_with_node,
    "host-mapped": _mapped,
    "host-unmapped": _unmapped,
}
"""Ways of collection: the labels of the target, and what the exporter writes."""
