"""Path ``vsock-exporter``: one exporter for each VM elsewhere on the node, ``-r vsock://CID:PORT``."""

from __future__ import annotations

from gpurules.rules.paths.named import named_source
from gpurules.rules.paths.path import CollectionPath, Scrape, Source


def _sources(scrape: Scrape) -> tuple[Source, ...]:
    return (named_source(scrape),)


PATH = CollectionPath(
    name="vsock-exporter",
    summary="one exporter for each VM elsewhere on the node, guest reached over VSOCK; relabelling names the VM",
    labels="`namespace` and `name` that the relabelling of the scrape sets, or the labels named by "
    "`--vm-namespace-label` and `--vm-name-label`: with an exporter pod for each VM in the VM's namespace and "
    "`podTargetLabels: [vmi.kubevirt.io/id]` that is `vmi_kubevirt_io_id`. KubeVirt shortens that pod label for names "
    "above 63 characters; such VMs need a label of their own.",
    trust="Target labels are the operator's own. A series that was scraped on a launcher pod is never read on this "
    "path, whatever name it carries.",
    sources=_sources,
)
