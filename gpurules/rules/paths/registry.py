"""All collection paths, by name: one module each."""

from __future__ import annotations

from gpurules.rules.paths import host, pod_network, remote, single_vm_node, vsock_exporter, vsock_sidecar
from gpurules.rules.paths.path import CollectionPath

PATHS: dict[str, CollectionPath] = {
    "pod-network": pod_network.PATH,
    "vsock-sidecar": vsock_sidecar.PATH,
    "vsock-exporter": vsock_exporter.PATH,
    "host": host.PATH,
    "remote": remote.PATH,
    "single-vm-node": single_vm_node.PATH,
}
