"""Path ``host``: the GPU operator's exporter on the nodes, with the kubelet's pod mapping."""

from __future__ import annotations

from gpurules.manifests.guest import target_look
from gpurules.manifests.manifest import Manifest, Part, ScaffoldedPath, manifest
from gpurules.manifests.relabel import keep_step
from gpurules.manifests.settings import Settings

COUNTERS_KEY = "dcgm-metrics.csv"
"""The key that the GPU operator mounts (its dcgmExporter.config)."""


def _counters(settings: Settings) -> tuple[Manifest, ...]:
    title = (
        "The counters that the rules use, for the GPU operator: put it in the operator's namespace and name it in the "
        "ClusterPolicy, spec.dcgmExporter.config.name."
    )
    found = manifest(
        "counters-config-map", "counters", settings,
        title=title, name=f"{settings.name}-counters", namespace="", key=COUNTERS_KEY,
    )  # fmt: skip
    return (found,)


def _monitor(settings: Settings) -> tuple[Manifest, ...]:
    found = manifest(
        "service-monitor", "host-monitor", settings, name=f"{settings.name}-host", keep=keep_step(settings.keep)
    )
    return (found,)


PATH = ScaffoldedPath(
    name="host",
    parts=(
        Part("counters", "the counters for the GPU operator's exporter", _counters),
        Part("collection", "the monitor of the GPU operator's exporter", _monitor),
    ),
    limits=(
        "With the device plugins of KubeVirt, and of NVIDIA for KubeVirt, this path shows no VM: they report PCI "
        "addresses, IOMMU groups or mdev UUIDs to the kubelet, never the UUID of a GPU.",
        "A GPU that is passed through to a guest is not visible on the host at all.",
        "The GPU operator runs no exporter on nodes whose workload is vm-passthrough or vm-vgpu.",
    ),
    look=(
        "the health records of the host path count launcher pods that are mapped; with none, the device plugin reports "
        "no GPU UUIDs. kubectl logs of the GPU operator's exporter says why it ended.",
        target_look("serviceMonitor/NAMESPACE/NAME-host"),
    ),
    render="--path host --honor-labels false",
)
