"""The VM's address on a network, from kubevirt_vmi_status_addresses (KubeVirt v1.4 and later).

Addresses repeat where networks overlap, and pass to another VM when one is stopped, whose last samples a rate still
holds: one that two VMs have, or had of late, stands for neither.
"""

from __future__ import annotations

from gpurules.promql.syntax.build import binary, call, matcher, selector, window
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.identities.claims import Claims, of_late
from gpurules.rules.identities.identity import Identity
from gpurules.rules.identities.narrowing import Only, everything, known_to
from gpurules.rules.identities.vms import INFO_METRIC, Taken, emitted, freshest_vms, several
from gpurules.rules.label_names import ADDRESS, NAME, NAMESPACE, NODE
from gpurules.rules.request import Request

ADDRESSES_METRIC = "kubevirt_vmi_status_addresses"

_KNOWN = (matcher(ADDRESS, "!=", ""),)
"""An interface of which KubeVirt knows no address is listed as well, as a SystemInterface."""


def _owned(request: Request, taken: Taken) -> Expression:
    labels = (*request.cluster, ADDRESS, *request.vm_key[len(request.cluster) :])
    return emitted(request, ADDRESSES_METRIC, labels, _KNOWN, taken)


def _ambiguous(request: Request, only: Only) -> Expression:
    span = of_late(request)
    if request.recorded:
        owned: Expression = call("last_over_time", window(selector(IDENTITY.claim_record), span))
    else:
        owned = _owned(request, lambda series: only(call("last_over_time", window(series, span))))
    return several((*request.cluster, ADDRESS), owned)


def _relation(request: Request, only: Only) -> Expression:
    owned = IDENTITY.claimed(request, only)
    alone = binary("unless", owned, _ambiguous(request, only), on=(*request.cluster, ADDRESS))
    few = known_to(owned, request.vm_key) if request.recorded else everything
    adds = (NODE, *request.copied)
    return binary("*", alone, freshest_vms(request, only=few), on=request.vm_key, group_left=adds)


IDENTITY = Identity(
    name="address",
    key=(ADDRESS,),
    level="vmi_address",
    summary="the address in `kubevirt_vmi_status_addresses`, where one VM alone had it of late",
    relation=_relation,
    ambiguous=_ambiguous,
    source=INFO_METRIC,
    claims=Claims(
        (ADDRESS, NAMESPACE, NAME), _owned, "The virtual machines that have an address that GPU series come from."
    ),
    needs=((ADDRESSES_METRIC, (ADDRESS,)), (INFO_METRIC, (NODE,))),
)
