"""Path ``single-vm-node``: one exporter on each node, for the only GPU VM there; the series name the node."""

from __future__ import annotations

from gpurules.manifests.bridged import KUBEVIRT, VMIS, Right, bridge_files, rights, seccomp, service_account
from gpurules.manifests.guest import BRIDGE_LOOK, ENGINE_LOOK, POD_LOOK, VSOCK_LIMIT, guest_part, target_look
from gpurules.manifests.manifest import Manifest, Part, ScaffoldedPath, manifest
from gpurules.manifests.monitors import network_policies, pod_monitor
from gpurules.manifests.relabel import Step
from gpurules.manifests.settings import Settings

COMPONENT = "node-exporter"


def _component(settings: Settings) -> str:
    return f"{settings.name}-{COMPONENT}"


def _collection(settings: Settings) -> tuple[Manifest, ...]:
    component = _component(settings)
    files = f"{component}-files"
    right = Right("To find the VM of the node, and its VSOCK CID.", KUBEVIRT, (VMIS,), ("list",))
    step = Step(
        "The node is all that names the VM.", ("__meta_kubernetes_pod_node_name",), "(.+)", "replace", "node", "$1"
    )
    return (
        *seccomp(settings),
        bridge_files(settings, files, settings.namespace),
        service_account(settings, component, settings.namespace, "The account of the exporters."),
        *rights(
            settings,
            component,
            component,
            (right,),
            cluster=True,
            account_namespace=settings.namespace,
            why="Lets the bridges find the VM of their node.",
        ),
        manifest(
            "exporter-daemon-set", "exporters", settings,
            name=component, machine=None, component=component, account=component, files=files,
        ),
        pod_monitor(
            settings,
            COMPONENT,
            "Scrapes the exporter of each node.",
            selector=(("app.kubernetes.io/name", component),),
            relabelings=(step,),
            port="gpu-metrics",
            any_namespace=False,
        ),
    )  # fmt: skip


def _policies(settings: Settings) -> tuple[Manifest, ...]:
    selector = (("app.kubernetes.io/name", _component(settings)),)
    return tuple(network_policies(settings, COMPONENT, (settings.namespace,), selector))


PATH = ScaffoldedPath(
    name="single-vm-node",
    parts=(
        guest_part(vsock=True, exporter=False, labelled=False),
        Part("collection", "an exporter on each node, and their monitor", _collection),
        Part("network-policy", "Prometheus alone reaches the exporters", _policies),
    ),
    limits=(
        "It is right only where each node runs one VM with VSOCK at most; with two it shows none of them.",
        VSOCK_LIMIT,
        "It does not work where VSOCK is confined to the launcher's pod; use path vsock-sidecar there.",
        "One exporter serves one host engine.",
        "After a live migration the exporter of the new node shows the VM, and the series begin anew there.",
    ),
    look=(
        ENGINE_LOOK,
        BRIDGE_LOOK.format(bridge="bridge", exporter="dcgm-exporter"),
        POD_LOOK,
        target_look("podMonitor/NAMESPACE/NAME-node-exporter"),
    ),
    render="--path single-vm-node --honor-labels false --gpu-resource RESOURCE",
)
