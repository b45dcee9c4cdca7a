"""Collection paths: how a guest's DCGM data reaches Prometheus, hence which labels name the VM on its series."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CollectionPath:
    """One path. ``needs``: a label of kubevirt_vmi_info that the join cannot do without."""

    name: str
    summary: str
    needs: str


PATHS: dict[str, CollectionPath] = {
    path.name: path
    for path in (
        CollectionPath("pod-network", "exporter in the guest, scraped on the launcher pod's address", "vmi_pod"),
        CollectionPath(
            "vsock-sidecar", "exporter beside virt-launcher in its pod, guest reached over VSOCK", "vmi_pod"
        ),
    )
}
