"""The launcher pod, as kube-state-metrics ties it to its VM: for KubeVirt releases without vmi_pod."""

from __future__ import annotations

from gpurules.promql.syntax.build import aggregate, binary, matcher, selector
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.identities.copied import with_copied
from gpurules.rules.identities.identity import Identity
from gpurules.rules.identities.narrowing import Only
from gpurules.rules.identities.pods import LAUNCHERS, OWNER_METRIC, current_pods, placed_pods
from gpurules.rules.identities.vms import several
from gpurules.rules.label_names import NAMESPACE, NODE, POD
from gpurules.rules.request import Request


def _relation(request: Request, only: Only) -> Expression:
    current, bound = current_pods(request, only), placed_pods(request, only)
    placed = binary("*", current, bound, on=request.launcher, group_left=(NODE,))
    return with_copied(request, placed)


def _ambiguous(request: Request, only: Only) -> Expression:
    kinds = (matcher("owner_kind", "=", "VirtualMachineInstance"), *LAUNCHERS, *request.kube_state)
    owners = aggregate("group", (*request.launcher, "owner_name"), selector(OWNER_METRIC, *kinds))
    return several(request.launcher, owners)


IDENTITY = Identity(
    name="pod-owner",
    key=(NAMESPACE, POD),
    level="vmi_pod",
    summary="the launcher pod's owner, phase and node from kube-state-metrics (`kube_pod_owner`, "
    "`kube_pod_status_phase`, `kube_pod_info`)",
    relation=_relation,
    ambiguous=_ambiguous,
    source=OWNER_METRIC,
    single=True,
)
