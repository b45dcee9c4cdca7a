"""What each component of a cluster exposes at a moment, and the labels of its scrape target.

Sources: dcgm-exporter's ``rendermetrics`` for GPU series, KubeVirt's ``vmistats_collector.go`` for kubevirt_vmi_info,
prometheus-operator's generated scrape configuration for target labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.scenario.kube_state import pod_series
from gpurules.scenario.model import (
    Cluster,
    Exporter,
    Gpu,
    HostExporter,
    Period,
    Reading,
    VirtualMachine,
    Workload,
    labels_of,
)
from gpurules.scenario.quantities import BY_NAME, XID
from gpurules.scenario.target import (
    Collected,
    Exposed,
    Sample,
    Target,
    collected,
    controller_target,
    host_target,
    kube_state_target,
    relabelled,
    stranger_target,
)

KUBEVIRT_JOB = "kubevirt-prometheus-metrics"
OBSERVER_JOB = "virt-observability-controller-metrics"

ONE = Reading(1)
"""What a series says whose labels are all there is to say."""

ERROR_TEXTS = {0: "No Error", 13: "Graphics Engine Exception", 79: "GPU has fallen off the bus"}


def pages(cluster: Cluster, moment: float) -> dict[Target, tuple[Sample, ...] | None]:
    """Every target that service discovery knows at ``moment`` and what it answers; None where it does not answer."""
    read = read_before(cluster, moment)
    return {
        target: None if page is None else tuple(Sample(one.labels, one.reading.at(read)) for one in page)
        for target, page in exposed(cluster, moment).items()
    }


def read_before(cluster: Cluster, moment: float) -> float:
    """When the exporters last read DCGM."""
    return moment // cluster.collection * cluster.collection


def exposed(cluster: Cluster, moment: float) -> dict[Target, tuple[Exposed, ...] | None]:
    """Every target at ``moment`` and the series that it exposes: the same ones throughout an epoch of the cluster."""
    return {relabelled(target, cluster.relabelling): page for target, page in _exposed(cluster, moment).items()}


def _exposed(cluster: Cluster, moment: float) -> dict[Target, tuple[Exposed, ...] | None]:
    found: dict[Target, tuple[Exposed, ...] | None] = {}
    for controller in cluster.controllers:
        if within(controller.deployed, moment):
            found[controller_target(controller, KUBEVIRT_JOB, "kubevirt", "virt-controller")] = (
                tuple(info_series(cluster, moment)) if within(controller.leads, moment) else ()
            )
    for observer in cluster.observers:
        if within(observer.deployed, moment):
            target = controller_target(observer, OBSERVER_JOB, "virt-observability-controller-system", "manager")
            found[Target("observer", target.labels)] = tuple(info_series(cluster, moment))
    for watcher in cluster.watchers if cluster.kube_state else ():
        if within(watcher.deployed, moment):
            answers = within(watcher.leads, moment)
            found[kube_state_target(watcher)] = tuple(pod_series(cluster, moment)) if answers else None
    for stranger in cluster.strangers:
        found[stranger_target(stranger)] = tuple(Exposed(labels, ONE) for labels in stranger.series)
    for machine in cluster.machines:
        for one in collected(machine, moment):
            answers = within(one.exporter.answers, moment)
            page = tuple(guest_series(machine, one, moment)) if answers else None
            if one.target.kind == "host":
                # An exporter on a node has the GPUs of several VMs, and answers without one that is lost.
                page = (*(found.get(one.target) or ()), *(page or ()))
            found[one.target] = page
    for host in cluster.host_exporters:
        answers = within(host.exporter.answers, moment)
        before = found.get(host_target(host)) or ()
        found[host_target(host)] = (*before, *host_series(host)) if answers else None
    return found


def within(periods: tuple[Period, ...], moment: float) -> bool:
    """Whether one of ``periods`` covers ``moment``."""
    return any(period.covers(moment) for period in periods)


def info_series(cluster: Cluster, moment: float) -> Iterator[Exposed]:
    """kubevirt_vmi_info as the leader writes it."""
    for machine in cluster.machines:
        stay = machine.stay(moment)
        if stay is not None and stay.listed and moment >= stay.listed_from:
            pod = stay.pod if stay.named(moment) else ""
            yield vmi_info(cluster, machine, stay.reported, stay.node, pod)
            if cluster.addresses:
                yield vmi_address(machine, stay.node, stay.address)
                yield vmi_address(machine, stay.node, "")
            continue
        for coming in machine.stays:
            if coming.listed and coming.period.start - coming.scheduling <= moment < coming.period.start:
                yield vmi_info(cluster, machine, "scheduling", "", "")


def vmi_info(cluster: Cluster, machine: VirtualMachine, phase: str, node: str, pod: str) -> Exposed:
    """One kubevirt_vmi_info; labels without a value are spelled as the release does."""
    values = {
        "evictable": "false",
        "guest_os_arch": "amd64",
        "guest_os_kernel_release": "6.12.0",
        "guest_os_machine": "pc-q35-rhel9.6.0",
        "guest_os_name": "Fedora Linux",
        "guest_os_version_id": "42",
        "instance_type": "gpu.large",
        "name": machine.name,
        "namespace": machine.namespace,
        "node": node,
        "os": "fedora",
        "outdated": "false",
        "phase": phase,
        "preference": "fedora",
        "vmi_pod": pod,
        "workload": "server",
    }
    if not cluster.names_pod:
        del values["vmi_pod"]
    spelled = {label: value or cluster.absent_value for label, value in (values | dict(machine.described)).items()}
    return Exposed(labels_of({"__name__": "kubevirt_vmi_info", **spelled}), ONE)


def vmi_address(machine: VirtualMachine, node: str, address: str) -> Exposed:
    """One kubevirt_vmi_status_addresses, of an interface without an address where that is not known."""
    labels = {
        "__name__": "kubevirt_vmi_status_addresses",
        "address": address,
        "interface_name": "eth0" if address else "",
        "name": machine.name,
        "namespace": machine.namespace,
        "node": node,
        "type": "ExternalInterface" if address else "SystemInterface",
        "vnic_name": "default",
    }
    return Exposed(labels_of(labels), ONE)


def guest_series(machine: VirtualMachine, one: Collected, moment: float) -> Iterator[Exposed]:
    """What an exporter writes of the GPUs of a guest."""
    for gpu in seen_by(one.exporter, machine.gpus_at(moment)):
        yield from gpu_series(one.exporter, gpu, dict(one.more))
    for labels in one.exporter.forged:
        yield Exposed(labels, ONE)


def seen_by(exporter: Exporter, gpus: tuple[Gpu, ...]) -> tuple[Gpu, ...]:
    """Those of ``gpus`` that the engine of ``exporter`` has, with the MIG instances that it has."""
    if not exporter.sees:
        return gpus
    parted = (
        replace(gpu, instances=tuple(one for one in gpu.instances if f"{gpu.uuid}/{one.id}" in exporter.sees))
        for gpu in gpus
    )
    return tuple(gpu for gpu in parted if gpu.uuid in exporter.sees or gpu.instances)


def host_series(host: HostExporter) -> Iterator[Exposed]:
    """What a node's own exporter writes, with the pods of its containers."""
    for workload in host.workloads:
        yield from gpu_series(host.exporter, workload.gpu, mapping(workload))


def mapping(workload: Workload) -> dict[str, str]:
    """The labels of dcgm-exporter's pod mapping; none where the GPU is mapped to no pod."""
    if not workload.pod:
        return {}
    return {"namespace": workload.namespace, "pod": workload.pod, "container": workload.container}


def gpu_series(exporter: Exporter, gpu: Gpu, more: dict[str, str]) -> Iterator[Exposed]:
    """The series of one GPU, or of each of its MIG instances."""
    for name in exporter.fields:
        quantity = BY_NAME[name]
        metric = exporter.spelled.get(name) or (quantity.old_name if exporter.old_names else name)
        for instance in gpu.instances or (None,):
            own = instance.readings.get(name) if instance is not None else None
            reading = own or gpu.readings.get(name)
            if reading is None:
                continue
            labels = {"__name__": metric, **gpu_labels(exporter, gpu), **dict(reading.labels)}
            if instance is not None:
                labels |= {"GPU_I_ID": instance.id, "GPU_I_PROFILE": instance.profile}
            if name == XID and exporter.error_labels:
                labels |= error_labels(reading)
            for copy in exporter.copies:
                yield Exposed(labels_of({**labels, **more, **dict(copy)}), reading)


def gpu_labels(exporter: Exporter, gpu: Gpu) -> dict[str, str]:
    """The labels that every series of a GPU carries."""
    labels = {
        exporter.uuid_label: gpu.uuid,
        "device": f"nvidia{gpu.index}",
        "gpu": gpu.index,
        "modelName": gpu.model,
        "pci_bus_id": gpu.pci_bus_id,
        exporter.hostname_label: exporter.hostname,
    }
    if exporter.driver_label:
        labels[exporter.driver_label] = exporter.driver_version
    return labels | {label: row_value(row, gpu) for label, row in exporter.rows}


def row_value(row: str, gpu: Gpu) -> str:
    """What a label row of the counters file says of a GPU; ``row`` is the label of the info record."""
    return f"{row} of {gpu.uuid}"


def error_labels(reading: Reading) -> dict[str, str]:
    """What dcgm-exporter adds to the XID counter."""
    code = int(reading.value)
    return {"err_code": str(code), "err_msg": ERROR_TEXTS.get(code, "Unknown Error")}
