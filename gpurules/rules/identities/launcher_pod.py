"""The launcher pod, as kubevirt_vmi_info names it in vmi_pod (KubeVirt v1.5 and later).

A launcher pod is made for one VM and bound to one node for all time.
"""

from __future__ import annotations

from gpurules.promql.syntax.build import relabel
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.identities.identity import Identity
from gpurules.rules.identities.narrowing import Only
from gpurules.rules.identities.vms import INFO_METRIC, VMI_POD, WITH_POD, emitted, freshest_vms, several
from gpurules.rules.label_names import NAMESPACE, POD
from gpurules.rules.request import Request


def _relation(request: Request, only: Only) -> Expression:
    return only(relabel(freshest_vms(request, WITH_POD), POD, VMI_POD))


def _ambiguous(request: Request, only: Only) -> Expression:
    return several(request.vm_key, emitted(request, INFO_METRIC, (*request.vm_key, VMI_POD), WITH_POD))


def _lasting(request: Request) -> bool:
    return not request.copied and not request.observer


IDENTITY = Identity(
    name="launcher-pod",
    key=(NAMESPACE, POD),
    level="vmi_pod",
    summary="the launcher pod in `vmi_pod` of `kubevirt_vmi_info`",
    relation=_relation,
    ambiguous=_ambiguous,
    source=INFO_METRIC,
    needs=((INFO_METRIC, (VMI_POD,)),),
    lasting=_lasting,
)
