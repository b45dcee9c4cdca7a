"""There is no way to that address."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium

FAILURE = FailureClass(
    id="no-route",
    blame=Blame.PROBE,
    title="There is no way to that address",
    meaning="The network of this machine has no route to the address, or a firewall says so.",
    advice="Probe from where the guest's network can be reached, or over VSOCK, which needs no network.",
    explanation="""\
The kernel answered with ENETUNREACH or EHOSTUNREACH. Guests behind KubeVirt's masquerade binding are reached on
the address of their launcher pod, from within the cluster's network.
""",
    seen=(
        Pattern(
            medium=(Medium.TCP,),
            errno=(errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.EHOSTDOWN),
        ),
    ),
)
