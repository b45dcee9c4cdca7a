"""What stands in, or belongs to, the guest: DCGM by cloud-init, and the patch of the VM."""

from __future__ import annotations

from gpurules.filling.fill import fill
from gpurules.manifests.manifest import Manifest, Part, manifest
from gpurules.manifests.settings import Settings

PROFILING = "DCGM_FI_PROF_"
"""Fields that need DCGM's profiling module, which is in a package of its own."""

VSOCK_LIMIT = (
    "Every pod of a node can talk to the host engine over VSOCK in global mode, and other users of the guest's VSOCK "
    "share it: a host engine that listens there listens on no TCP port, and keeps six connections waiting at most."
)
"""Of every path that goes over VSOCK (KubeVirt VEP 222; DCGM's HostEngineCommandLine.cpp)."""

ENGINE_LOOK = (
    "in the guest, cloud-init status --long says whether it was set up, systemctl status nvidia-dcgm and journalctl -u "
    "nvidia-dcgm whether the host engine runs; nvidia-smi must know the GPU."
)
EXPORTER_LOOK = (
    "in the guest, /var/dcgm-exporter.log says why the exporter ended, and curl 127.0.0.1:PORT/metrics what it sends. "
    "A firewall of the guest, such as firewalld or ufw, must let its port in."
)
POLICY_LIMIT = (
    "Network policies add up: the one here lets everybody reach every port of these pods but the exporter's. Where "
    "policies of your own shut ports off, take its second rule out."
)
"""Of paths whose NetworkPolicy selects launcher pods (Kubernetes, NetworkPolicy)."""


def target_look(monitor: str) -> str:
    """Where to look in Prometheus for the targets of a monitor, called such as ``podMonitor/NAMESPACE/NAME``."""
    return (
        f"Prometheus' page Status > Targets shows {monitor}. Not there: the monitor's labels, or its namespace, are "
        "not those that the Prometheus object selects. No target: no pod has the label. Connection refused: no "
        "exporter. Timeout: a NetworkPolicy, or the labels of Prometheus in the one here."
    )


POD_LOOK = (
    "where there is no pod, kubectl describe of the Deployment's ReplicaSet, or of the DaemonSet, says who refused it. "
    "A pod security level of baseline or restricted refuses seccomp Unconfined: use --seccomp-profile. On OpenShift "
    "the account needs an SCC that allows its user and its seccomp profile."
)
BRIDGE_LOOK = (
    "kubectl logs POD -c {bridge} says why the guest is not reached, and -c {exporter} why the exporter ended; it is "
    "started again until the guest answers."
)


def guest_part(*, vsock: bool, exporter: bool, labelled: bool = True) -> Part:
    """The set-up of the guests. ``vsock``: the host engine listens on VSOCK, else on loopback; ``exporter``: the
    exporter runs in the guest as well; ``labelled``: the launcher pod needs the label that monitors select by."""
    return Part("guest", "DCGM in the guest, and the patch of the VM", lambda s: _guest(s, vsock, exporter, labelled))


def _guest(settings: Settings, vsock: bool, exporter: bool, labelled: bool) -> tuple[Manifest, ...]:
    profiling = any(name.startswith(PROFILING) for name in settings.keep)
    values = {"settings": settings, "vsock": vsock, "exporter": exporter, "profiling": profiling}
    userdata = fill("manifests/cloud-init.yaml.j2", values).strip("\n")
    name = f"{settings.name}-guest"
    secrets = [
        manifest(
            "cloud-init-secret", in_namespace("guest", namespace), settings,
            name=name, namespace=namespace, userdata=userdata,
        )
        for namespace in settings.guest_namespaces
    ]  # fmt: skip
    patches = [
        manifest(
            "vm-patch", f"vm-{machine.namespace}.{machine.name}", settings,
            patch=True, machine=machine, vsock=vsock, labelled=labelled,
        )
        for machine in settings.machines
        if vsock or labelled
    ]  # fmt: skip
    return (*secrets, *patches)


def in_namespace(stem: str, namespace: str) -> str:
    """The stem of a file's name for an object that each namespace of VMs has."""
    return f"{stem}-{namespace}" if namespace else stem
