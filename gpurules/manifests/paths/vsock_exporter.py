"""Path ``vsock-exporter``: one exporter for each VM elsewhere on its node; relabelling adds the VM."""

from __future__ import annotations

from gpurules.manifests.bridged import bridge_files, reading_rights, rights, seccomp, service_account
from gpurules.manifests.guest import BRIDGE_LOOK, ENGINE_LOOK, POD_LOOK, VSOCK_LIMIT, guest_part, target_look
from gpurules.manifests.manifest import Manifest, Part, ScaffoldedPath, manifest
from gpurules.manifests.monitors import network_policies, pod_monitor
from gpurules.manifests.relabel import Step
from gpurules.manifests.settings import Settings
from gpurules.text.errors import InputError, Problem

POD_LABEL = "gpu-metrics-vm"
COMPONENT = "vsock-exporter"


def _require_machines(settings: Settings) -> None:
    if not settings.machines:
        message = "path vsock-exporter sets up an exporter for each VM, and none is named"
        raise InputError(Problem(message, advice="add --vm NAMESPACE/NAME, once for each VM"))


def _component(settings: Settings) -> str:
    return f"{settings.name}-{COMPONENT}"


def _collection(settings: Settings) -> tuple[Manifest, ...]:
    component = _component(settings)
    files = f"{component}-files"
    found: list[Manifest] = []
    for namespace in settings.guest_namespaces:
        found.append(bridge_files(settings, files, namespace))
        found.append(service_account(settings, component, namespace, "The account of the exporters of this namespace."))
        found += rights(
            settings,
            component,
            component,
            reading_rights(settings, namespace),
            namespace=namespace,
            account_namespace=namespace,
            why="Lets the bridges ask where their guests are.",
        )
    found += [
        manifest(
            "exporter-deployment",
            f"exporter-{machine.namespace}.{machine.name}",
            settings,
            name=f"{settings.name}-{machine.name}",
            machine=machine,
            component=component,
            account=component,
            files=files,
        )
        for machine in settings.machines
    ]
    step = Step(
        "The VM that the exporter serves. The label namespace is that of the exporter's pod, which is the VM's.",
        (f"__meta_kubernetes_pod_label_{POD_LABEL.replace('-', '_')}",),
        "(.+)",
        "replace",
        "name",
        "$1",
    )
    monitor = pod_monitor(
        settings,
        COMPONENT,
        "Scrapes the exporters that reach their guests over VSOCK.",
        selector=(("app.kubernetes.io/name", component),),
        relabelings=(step,),
        port="gpu-metrics",
    )
    return (*seccomp(settings), *found, monitor)


def _policies(settings: Settings) -> tuple[Manifest, ...]:
    selector = (("app.kubernetes.io/name", _component(settings)),)
    return tuple(network_policies(settings, COMPONENT, settings.guest_namespaces, selector))


PATH = ScaffoldedPath(
    name="vsock-exporter",
    parts=(
        guest_part(vsock=True, exporter=False, labelled=False),
        Part("collection", "an exporter for each VM, and their monitor", _collection),
        Part("network-policy", "Prometheus alone reaches the exporters", _policies),
    ),
    limits=(
        "It works where VSOCK is in global mode alone; confined to the launcher's pod, use path vsock-sidecar.",
        VSOCK_LIMIT,
        "One exporter serves one host engine, so each VM has its own.",
        "An exporter stays where it was scheduled: restart it (kubectl rollout restart) after a live migration, and "
        "when the VM was started again on another node. VMs with passed-through GPUs cannot migrate.",
    ),
    look=(
        ENGINE_LOOK,
        BRIDGE_LOOK.format(bridge="bridge", exporter="dcgm-exporter"),
        POD_LOOK,
        target_look("podMonitor/NAMESPACE/NAME-vsock-exporter"),
    ),
    render="--path vsock-exporter --honor-labels false",
    check=_require_machines,
)
