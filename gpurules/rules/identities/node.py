"""The node, where exactly one running pod holds a GPU there, and that pod is a VM's launcher.

A series of the node may be of a GPU of whoever was there before: within the rate window, or within the lookback of
Prometheus where its end went unseen. So a node counts only once it has had a single such pod for as long.
"""

from __future__ import annotations

from gpurules.promql.syntax.build import aggregate, binary, call, matcher, number, selector, window
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.identities.claims import of_late
from gpurules.rules.identities.copied import with_copied
from gpurules.rules.identities.identity import Identity
from gpurules.rules.identities.narrowing import Only
from gpurules.rules.identities.pods import OWNER_METRIC, current_pods, holding, placed_pods, requested
from gpurules.rules.identities.vms import several
from gpurules.rules.label_names import NODE
from gpurules.rules.request import Request


def _placed_of_late(request: Request) -> Expression:
    """Pods that held a GPU at any time of late, with their nodes."""
    span = of_late(request)
    held = aggregate("group", request.launcher, call("last_over_time", window(requested(request), span)))
    phases = selector("kube_pod_status_phase", matcher("phase", "=", "Running"), *request.kube_state)
    ran = binary("==", call("max_over_time", window(phases, span)), number(1))
    bound = selector("kube_pod_info", matcher(NODE, "!=", ""), *request.kube_state)
    placed = aggregate("topk", request.launcher, call("last_over_time", window(bound, span)), number(1))
    running = binary("and", held, ran, on=request.launcher)
    return binary("*", running, placed, on=request.launcher, group_left=(NODE,))


def _ambiguous(request: Request, only: Only) -> Expression:
    return several((*request.cluster, NODE), _placed_of_late(request))


def _relation(request: Request, only: Only) -> Expression:
    running, bound = current_pods(request, holding(request)), placed_pods(request, holding(request))
    vms = binary("*", running, bound, on=request.launcher, group_left=(NODE,))
    alone = binary("unless", vms, _ambiguous(request, only), on=(*request.cluster, NODE))
    return only(with_copied(request, alone))


IDENTITY = Identity(
    name="node",
    key=(NODE,),
    level="vmi_node",
    summary="the one running pod of a node that held a GPU in the rate window and the lookback, from "
    "kube-state-metrics (`kube_pod_container_resource_requests`, `kube_pod_owner`, `kube_pod_status_phase`, "
    "`kube_pod_info`)",
    relation=_relation,
    ambiguous=_ambiguous,
    source=OWNER_METRIC,
)
