"""Path ``vsock-sidecar``: the exporter beside virt-launcher in its pod, the guest reached over VSOCK."""

from __future__ import annotations

from gpurules.manifests.bridged import bridge_files, reading_rights, rights, seccomp
from gpurules.manifests.guest import BRIDGE_LOOK, ENGINE_LOOK, POLICY_LIMIT, VSOCK_LIMIT, guest_part, target_look
from gpurules.manifests.manifest import Manifest, Part, ScaffoldedPath
from gpurules.manifests.monitors import launcher_policies, pod_monitor
from gpurules.manifests.settings import Settings
from gpurules.manifests.sidecar import BRIDGE, EXPORTER, policy

LAUNCHER_ACCOUNT = "default"
"""The service account of launcher pods, unless the VM mounts another one."""


def _collection(settings: Settings) -> tuple[Manifest, ...]:
    name = f"{settings.name}-exporter"
    files = f"{name}-files"
    found: list[Manifest] = []
    for namespace in settings.guest_namespaces:
        found.append(bridge_files(settings, files, namespace))
        found += rights(
            settings,
            name,
            LAUNCHER_ACCOUNT,
            reading_rights(settings, namespace),
            namespace=namespace,
            account_namespace=namespace,
            why="Lets the bridge ask for the guest's CID. It runs in the launcher pod, so with the launcher's account: "
            "every pod of that account in the namespace may read these VMIs then. Where VSOCK is confined to the pod "
            "(net.vsock.ns_mode is local) the CID is always 3, and role and binding can be left out.",
        )
    monitor = pod_monitor(
        settings,
        "sidecars",
        "Scrapes the exporters beside virt-launcher.",
        selector=(("kubevirt.io", "virt-launcher"), settings.machine_label),
        port="gpu-metrics",
    )
    return (*seccomp(settings), *found, *policy(settings, files), monitor)


PATH = ScaffoldedPath(
    name="vsock-sidecar",
    parts=(
        guest_part(vsock=True, exporter=False),
        Part("collection", "exporter and bridge in each launcher pod, and their monitor", _collection),
        Part("network-policy", "Prometheus alone reaches the exporters", lambda s: tuple(launcher_policies(s))),
    ),
    limits=(
        "The VM's interface on the pod network must be masquerade and list its ports: with none listed, and with "
        "bridge, whatever comes to the pod's address goes to the guest, the scrape too.",
        VSOCK_LIMIT,
        "One exporter serves one host engine.",
        "At a live migration the policy puts new containers into the target's pod; the series begin anew there.",
        "The containers are added when a launcher pod is made: VMs that run already must be started again.",
        "Kubernetes starts the VM after both containers have started: an image that cannot be pulled keeps it from "
        "starting.",
        "Where a namespace's pod security level is baseline or restricted, seccomp Unconfined is refused, and the "
        "policy leaves VMs there alone: use --seccomp-profile.",
        POLICY_LIMIT,
    ),
    look=(
        ENGINE_LOOK,
        f"kubectl get pod POD -o yaml shows {BRIDGE} and {EXPORTER} among the init containers. Not there: the pod is "
        "older than the policy, has not its labels, or there is no ConfigMap of the policy's name in its namespace.",
        BRIDGE_LOOK.format(bridge=BRIDGE, exporter=EXPORTER),
        target_look("podMonitor/NAMESPACE/NAME-sidecars"),
    ),
    render="--path vsock-sidecar --honor-labels false",
)
