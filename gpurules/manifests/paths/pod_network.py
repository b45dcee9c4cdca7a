"""Path ``pod-network``: the exporter in the guest, scraped on the launcher pod's address."""

from __future__ import annotations

from gpurules.manifests.guest import ENGINE_LOOK, EXPORTER_LOOK, POLICY_LIMIT, guest_part, target_look
from gpurules.manifests.manifest import Manifest, Part, ScaffoldedPath
from gpurules.manifests.monitors import launcher_policies, pod_monitor
from gpurules.manifests.relabel import Step, address_steps
from gpurules.manifests.settings import Settings


def _monitor(settings: Settings) -> tuple[Manifest, ...]:
    steps = (
        Step(
            "One target for each launcher pod: its container compute, which is the VM.",
            ("__meta_kubernetes_pod_container_name",),
            "compute",
            "keep",
        ),
        *address_steps(settings.exporter_port),
    )
    monitor = pod_monitor(
        settings,
        "guests",
        "Scrapes the exporters in all guests with the label, on the addresses of their launcher pods: no Service for "
        "each VM, and nothing to change when a VM comes, goes or migrates.",
        selector=(("kubevirt.io", "virt-launcher"), settings.machine_label),
        relabelings=steps,
    )
    return (monitor,)


PATH = ScaffoldedPath(
    name="pod-network",
    parts=(
        guest_part(vsock=False, exporter=True),
        Part("collection", "the monitor of all guests", _monitor),
        Part("network-policy", "Prometheus alone reaches the exporters", lambda s: tuple(launcher_policies(s))),
    ),
    limits=(
        "The guest's first network interface must be on the pod network (masquerade or bridge); where a masquerade "
        "interface lists its ports, the exporter's port must be among them.",
        "The tenant runs the exporter in the guest and can send any number; it cannot pose as another VM.",
        "One exporter serves one host engine, so each guest runs its own.",
        "At a live migration the launcher pod is another one: series end and begin anew, and the records carry on.",
        POLICY_LIMIT,
    ),
    look=(ENGINE_LOOK, EXPORTER_LOOK, target_look("podMonitor/NAMESPACE/NAME-guests")),
    render="--path pod-network --honor-labels false",
)
