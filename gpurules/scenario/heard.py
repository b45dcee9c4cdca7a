"""What Prometheus still shows of what KubeVirt and kube-state-metrics said: known exactly, also within a transition.

A component is heard until Prometheus marks its series stale, or for the lookback where it never does; so two may be
heard at once, of which one is wrong by now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gpurules.scenario.model import Cluster
from gpurules.scenario.scrape import INTERVAL, LOOKBACK, STALE, StoredSeries, stored

INFO = "kubevirt_vmi_info"
ADDRESSES = "kubevirt_vmi_status_addresses"
OWNERS = "kube_pod_owner"


def spoken(cluster: Cluster, end: float) -> tuple[StoredSeries, ...]:
    """What is stored of KubeVirt and kube-state-metrics by ``end``; that of strangers is not among it."""
    machines = tuple(replace(machine, exporter=None, upgrade=None) for machine in cluster.machines)
    told = replace(cluster, machines=machines, host_exporters=(), strangers=())
    return stored(told, guests_honor=False, end=end)


def heard(series: Iterable[StoredSeries], moment: float) -> Iterator[dict[str, str]]:
    """The labels of those of the ``series`` that are shown at ``moment``. The namespace of what the observability
    controller says is that of the VM."""
    for one in series:
        last = max((tick for tick in one.points if tick * INTERVAL <= moment), default=None)
        if last is not None and one.points[last] != STALE and last * INTERVAL > moment - LOOKBACK:
            labels = dict(one.labels)
            yield {**labels, "namespace": labels.get("exported_namespace") or labels["namespace"]}
