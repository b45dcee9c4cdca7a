"""Path ``single-vm-node``, the last resort: nothing is known but the node, and one VM with GPUs runs there."""

from __future__ import annotations

from gpurules.promql.syntax.build import matcher, relabel
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.label_names import LAUNCHER_PATTERN, NODE, POD
from gpurules.rules.paths.path import Again, CollectionPath, Grouped, Scrape, Source

_PLACE = "place"
_STORED = (NODE, "Hostname", "hostname")
"""The relabelled node, else the host name of the exporter, in the spelling of its release; the first that is there."""


def _sources(scrape: Scrape) -> tuple[Source, ...]:
    # Not the exporter in a guest, whose host name is the guest's, and no series that says whose the GPU is.
    matchers = (
        matcher(POD, "!=", ""),
        matcher(POD, "!~", LAUNCHER_PATTERN),
        matcher("exported_pod", "=", ""),
        matcher(scrape.name_label, "=", ""),
        *scrape.matchers,
    )
    return (Source("node", ("node",), _STORED, (matchers,), _keyed),)


def _keyed(grouped: Grouped, again: Again, stored: tuple[str, ...]) -> Expression:
    placed = grouped(stored)
    for label in reversed(stored):
        placed = relabel(placed, _PLACE, label)
    return relabel(again((_PLACE,), placed), NODE, _PLACE)


PATH = CollectionPath(
    name="single-vm-node",
    summary="last resort: only the node is known, and one VM with GPUs runs there",
    labels="`node` where relabelling sets it, else the `Hostname` (`hostname` from exporter 4.8.3 on) of an exporter "
    "that runs in a pod of its own; never that of a guest.",
    trust="A node on which two running pods held one of `--gpu-resource` in the rate window (five minutes at least) "
    "and a minute more is left out: a series of it may be of either's GPU. Devices from resource claims (DRA) are not "
    "seen by kube-state-metrics: do not use the path with them.",
    sources=_sources,
    note="path single-vm-node books every GPU series of a node's exporter on the one VM there; --path-selector should "
    "name the exporters that read guests",
    needs=("gpu_resources",),
)
