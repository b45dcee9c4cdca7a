"""Labels of kubevirt_vmi_info for identities that know a VM from elsewhere."""

from __future__ import annotations

from gpurules.promql.syntax.build import binary
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.identities.vms import freshest_vms
from gpurules.rules.request import Request


def with_copied(request: Request, vms: Expression) -> Expression:
    """``vms``, named by namespace and name, with the labels that the user wants copied, if any."""
    if not request.copied:
        return vms
    return binary("*", vms, freshest_vms(request), on=request.vm_key, group_left=request.copied)
