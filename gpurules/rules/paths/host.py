"""Path ``host``: the exporter of the node, with the kubelet's mapping of devices to pods."""

from __future__ import annotations

from dataclasses import replace

from gpurules.labels.schema import HonorLabels
from gpurules.promql.syntax.build import matcher, relabel
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.label_names import LAUNCHER_PATTERN, NAMESPACE, POD
from gpurules.rules.paths.launcher import IDENTITIES, launcher_sources
from gpurules.rules.paths.path import Again, CollectionPath, Grouped, Scrape, Source

_EXPORTED = ("exported_namespace", "exported_pod")


def _sources(scrape: Scrape) -> tuple[Source, ...]:
    # A launcher's own target labels are never replaced: only series of other pods are read under exported_*.
    matchers = (matcher(POD, "!=", ""), matcher(POD, "!~", LAUNCHER_PATTERN), *scrape.matchers)
    renamed = tuple(zip((NAMESPACE, POD), _EXPORTED, strict=True))
    exported = Source("host_pod", IDENTITIES, _EXPORTED, (matchers,), _keyed, renamed, guest=False, hosts=True)
    if scrape.honor is HonorLabels.FALSE:
        return (exported,)
    honored = tuple(replace(source, hosts=True) for source in launcher_sources(scrape))
    return honored if scrape.honor is HonorLabels.TRUE else (*honored, exported)


def _keyed(grouped: Grouped, again: Again, stored: tuple[str, ...]) -> Expression:
    namespace, pod = stored
    return relabel(relabel(grouped(stored), NAMESPACE, namespace), POD, pod)


PATH = CollectionPath(
    name="host",
    summary="exporter on the node with the kubelet's pod mapping, where a device plugin reports GPU UUIDs",
    labels="`exported_namespace` and `exported_pod`, or `namespace` and `pod` with `honorLabels: true`, as the "
    "exporter's pod mapping writes them.",
    trust="The exporter is the operator's own. A VM that sends anything itself is never measured by its host: the "
    "UUID of a shared physical GPU is not that of the guest's.",
    sources=_sources,
    note="path host yields nothing with the device plugins of KubeVirt and of NVIDIA for KubeVirt, which report no GPU "
    "UUIDs",
)
