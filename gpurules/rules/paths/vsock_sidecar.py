"""Path ``vsock-sidecar``: the exporter beside virt-launcher, in its pod."""

from __future__ import annotations

from gpurules.rules.paths.launcher import launcher_sources
from gpurules.rules.paths.path import CollectionPath

PATH = CollectionPath(
    name="vsock-sidecar",
    summary="exporter beside virt-launcher in its pod, guest reached over VSOCK",
    labels="`namespace` and `pod` of the scrape target, which is the launcher pod that the exporter runs in. A "
    "container in the launcher pod reaches the guest also where VSOCK is confined to the pod's network namespace; it "
    "is added by an admission policy that selects launcher pods, not by KubeVirt's hook sidecars.",
    trust="The guest writes no label of the exposition but what its host engine says of its GPUs.",
    sources=launcher_sources,
)
