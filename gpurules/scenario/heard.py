"""What Prometheus still shows of what KubeVirt and kube-state-metrics said: known exactly, also within a transition.

A component is heard until Prometheus marks its series stale, or for the lookback where it never does; so two may be
heard at once, of which one is wrong by now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpurules.scenario.events import SETTLING
from gpurules.scenario.model import Cluster
from gpurules.scenario.scrape import INTERVAL, LOOKBACK, STALE, stored

INFO = "kubevirt_vmi_info"
ADDRESSES = "kubevirt_vmi_status_addresses"
OWNERS = "kube_pod_owner"


def heard(cluster: Cluster, moment: float) -> Iterator[dict[str, str]]:
    """The labels of every series of KubeVirt and kube-state-metrics that is shown at ``moment``.

    Those of strangers are not among them. The namespace of what the observability controller says is that of the VM.
    """
    machines = tuple(replace(machine, exporter=None, upgrade=None) for machine in cluster.machines)
    told = replace(cluster, machines=machines, host_exporters=(), strangers=())
    for one in stored(told, guests_honor=False, end=moment, since=moment - LOOKBACK - SETTLING):
        last = max(one.points)
        if one.points[last] != STALE and last * INTERVAL > moment - LOOKBACK:
            labels = dict(one.labels)
            yield {**labels, "namespace": labels.get("exported_namespace") or labels["namespace"]}
