"""Every collection path that can be set up: one line for each."""

from __future__ import annotations

from collections.abc import Mapping

from gpurules.manifests.manifest import ScaffoldedPath
from gpurules.manifests.paths import host, pod_network, remote, single_vm_node, vsock_exporter, vsock_sidecar

SCAFFOLDED: Mapping[str, ScaffoldedPath] = {
    "pod-network": pod_network.PATH,
    "vsock-sidecar": vsock_sidecar.PATH,
    "vsock-exporter": vsock_exporter.PATH,
    "host": host.PATH,
    "remote": remote.PATH,
    "single-vm-node": single_vm_node.PATH,
}
