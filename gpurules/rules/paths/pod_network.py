"""Path ``pod-network``: the exporter in the guest, scraped on the address of the launcher pod."""

from __future__ import annotations

from gpurules.rules.paths.launcher import launcher_sources
from gpurules.rules.paths.path import CollectionPath

PATH = CollectionPath(
    name="pod-network",
    summary="exporter in the guest, scraped on the launcher pod's address",
    labels="`namespace` and `pod` of the scrape target, which is the launcher pod: one PodMonitor for all VMs, or a "
    "Service each.",
    trust="With `honorLabels: false` the target's labels win, whatever the guest writes. With `true` a guest can name "
    "another launcher pod, and no rule can tell.",
    sources=launcher_sources,
)
