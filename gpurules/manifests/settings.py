"""What the manifests are made for: plain data, already checked."""

from __future__ import annotations

from dataclasses import dataclass

VMI_LABEL = "vmi.kubevirt.io/id"
"""Of launcher pods, from KubeVirt v1.7 on: the VM's name."""
OLD_LABEL = "vm.kubevirt.io/name"
"""The same before, and deprecated since: the VM's host name."""


@dataclass(frozen=True, slots=True, order=True)
class Machine:
    """A VirtualMachine by namespace and name; ``address`` is where Prometheus reaches it, for path remote alone."""

    namespace: str
    name: str
    address: str = ""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a manifest can depend on.

    ``name`` begins the name of each object. ``namespace``: where monitors and what belongs to no VM stand.
    ``machines``: the VMs that are set up; ``machine_label``: the label that launcher pods of such VMs carry.
    ``monitor_labels``: what the Prometheus object selects monitors by. ``prometheus_namespace`` and
    ``prometheus_labels``: of Prometheus' own pods. ``exporter``: release of dcgm-exporter, ``exporter_image`` its
    image. ``collection``: milliseconds between two readings of DCGM. ``counters``: the exporter's CSV. ``keep``: names
    of the series that the rules read. ``seccomp_profile``: a profile on the nodes that allows VSOCK; empty: Unconfined.
    ``admission_version``: of MutatingAdmissionPolicy. ``launcher_label``: the label of launcher pods whose value is the
    VM's name. ``probe_image``: an image with gpurules in it; empty: none.
    """

    counters: str
    keep: tuple[str, ...]
    exporter: str
    exporter_image: str
    collection: int
    interval: str
    name: str = "gpurules"
    namespace: str = "monitoring"
    machines: tuple[Machine, ...] = ()
    machine_label: tuple[str, str] = ("gpu-metrics", "guest")
    monitor_labels: tuple[tuple[str, str], ...] = ()
    prometheus_namespace: str = "monitoring"
    prometheus_labels: tuple[tuple[str, str], ...] = (("app.kubernetes.io/name", "prometheus"),)
    bridge_image: str = "docker.io/library/python:3.13-slim"
    exporter_port: int = 9400
    engine_port: int = 5555
    seccomp_profile: str = ""
    admission_version: str = "v1"
    launcher_label: str = VMI_LABEL
    probe_image: str = ""

    def launcher_value(self, machine: Machine) -> str:
        """The value of ``launcher_label`` on the machine's launcher pods; the old label holds the host name, which is
        the VM's name up to the first dot where the VM does not say otherwise (KubeVirt, SanitizeHostname)."""
        return machine.name if self.launcher_label == VMI_LABEL else machine.name.partition(".")[0]

    @property
    def guest_namespaces(self) -> tuple[str, ...]:
        """The namespaces of the VMs; one that is empty, for the current one, where no VM is named."""
        return tuple(sorted({machine.namespace for machine in self.machines})) or ("",)
