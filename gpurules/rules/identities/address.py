"""The VM's address on a network, from kubevirt_vmi_status_addresses (KubeVirt v1.4 and later).

Addresses repeat where networks overlap: one that two VMs have stands for neither.
"""

from __future__ import annotations

from gpurules.promql.syntax.build import binary, matcher
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.identities.identity import Identity
from gpurules.rules.identities.vms import INFO_METRIC, emitted, freshest_vms, several
from gpurules.rules.label_names import ADDRESS, NODE
from gpurules.rules.request import Request

ADDRESSES_METRIC = "kubevirt_vmi_status_addresses"

_KNOWN = (matcher(ADDRESS, "!=", ""),)
"""An interface of which KubeVirt knows no address is listed as well, as a SystemInterface."""


def _owned(request: Request) -> Expression:
    labels = (*request.cluster, ADDRESS, *request.vm_key[len(request.cluster) :])
    return emitted(request, ADDRESSES_METRIC, labels, _KNOWN)


def _ambiguous(request: Request) -> Expression:
    return several((*request.cluster, ADDRESS), _owned(request))


def _relation(request: Request) -> Expression:
    unique = binary("unless", _owned(request), _ambiguous(request), on=(*request.cluster, ADDRESS))
    adds = (NODE, *request.copied)
    return binary("*", unique, freshest_vms(request), on=request.vm_key, group_left=adds)


IDENTITY = Identity(
    name="address",
    key=(ADDRESS,),
    level="vmi_address",
    summary="the address in `kubevirt_vmi_status_addresses`, where one VM alone has it",
    relation=_relation,
    ambiguous=_ambiguous,
    source=INFO_METRIC,
    needs=((ADDRESSES_METRIC, (ADDRESS,)), (INFO_METRIC, (NODE,))),
)
