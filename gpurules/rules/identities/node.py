"""The node, where exactly one running pod holds a GPU there, and that pod is a VM's launcher."""

from __future__ import annotations

from gpurules.promql.syntax.build import binary
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.identities.copied import with_copied
from gpurules.rules.identities.identity import Identity
from gpurules.rules.identities.pods import OWNER_METRIC, holders, owned_pods, placed_pods
from gpurules.rules.identities.vms import several
from gpurules.rules.request import NODE, Request


def _placed(request: Request) -> Expression:
    return binary("*", holders(request, ()), placed_pods(request, ()), on=request.launcher, group_left=(NODE,))


def _ambiguous(request: Request) -> Expression:
    return several((*request.cluster, NODE), _placed(request))


def _relation(request: Request) -> Expression:
    vms = binary("*", owned_pods(request), _placed(request), on=request.launcher, group_left=(NODE,))
    alone = binary("unless", vms, _ambiguous(request), on=(*request.cluster, NODE))
    return with_copied(request, alone)


IDENTITY = Identity(
    name="node",
    key=(NODE,),
    level="vmi_node",
    summary="the one running pod of a node that holds a GPU, from kube-state-metrics "
    "(`kube_pod_container_resource_requests`, `kube_pod_owner`, `kube_pod_status_phase`, `kube_pod_info`)",
    relation=_relation,
    ambiguous=_ambiguous,
    source=OWNER_METRIC,
)
