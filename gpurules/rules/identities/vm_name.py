"""The VM's own namespace and name, with the node from kubevirt_vmi_info (KubeVirt v1.3 and later)."""

from __future__ import annotations

from gpurules.promql.syntax.tree import Expression
from gpurules.rules.identities.identity import Identity
from gpurules.rules.identities.narrowing import Only
from gpurules.rules.identities.vms import INFO_METRIC, RUNNING, emitted, freshest_vms, several
from gpurules.rules.label_names import NAME, NAMESPACE, NODE
from gpurules.rules.request import Request


def _relation(request: Request, only: Only) -> Expression:
    return freshest_vms(request, only=only)


def _ambiguous(request: Request, only: Only) -> Expression:
    return several(request.vm_key, emitted(request, INFO_METRIC, (*request.vm_key, NODE), RUNNING))


IDENTITY = Identity(
    name="vm-name",
    key=(NAMESPACE, NAME),
    level="vmi_name",
    summary="namespace and name of `kubevirt_vmi_info`",
    relation=_relation,
    ambiguous=_ambiguous,
    source=INFO_METRIC,
    single=True,
    needs=((INFO_METRIC, (NAMESPACE, NAME, NODE)),),
)
