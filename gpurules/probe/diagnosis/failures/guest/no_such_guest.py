"""No guest has this CID here."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Step

FAILURE = FailureClass(
    id="no-such-guest",
    blame=Blame.GUEST,
    title="No guest has this CID here",
    meaning="The node's kernel knows no running guest with this CID.",
    advice=(
        "Compare with status.VSOCKCID of the VMI, and probe on the node in status.nodeName; a restarted VM "
        "has a new CID."
    ),
    explanation="""\
`connect()` failed with ENODEV. The VM is stopped or on another node, or it was restarted: a CID lives as long
as the VMI, over live migrations, but not over a restart.

Where VSOCK is confined to network namespaces (`net.vsock.ns_mode=local`, Linux 7.0 and newer), a guest can be
reached only from within its launcher's namespace, and there as CID 3: `--vmi NAMESPACE/NAME --via node`, or
`--pid` of the launcher. The same holds for a probing pod whose own network namespace is confined.
""",
    seen=(
        Pattern(
            medium=(Medium.VSOCK,),
            step=(Step.CONNECT, Step.SOCKET),
            errno=(errno.ENODEV, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL),
        ),
    ),
)
