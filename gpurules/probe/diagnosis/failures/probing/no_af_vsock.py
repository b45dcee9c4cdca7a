"""This machine has no VSOCK sockets."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Sign

FAILURE = FailureClass(
    id="no-af-vsock",
    blame=Blame.PROBE,
    title="This machine has no VSOCK sockets",
    meaning="The kernel or platform of the probing side knows no AF_VSOCK, so nothing was learned of the guest.",
    advice="Run the probe on the VM's node with the kernel module vhost_vsock loaded, or through the API with --vmi.",
    explanation="""\
`socket(AF_VSOCK)` failed with EAFNOSUPPORT: the kernel has no `vsock` module, or gpurules runs on a system
other than Linux. On a node that runs KubeVirt VMs, `modprobe vhost_vsock` loads what is needed, also for
KubeVirt itself.

From anywhere else, `gpurules probe --vmi NAMESPACE/NAME` goes through the KubeVirt API and needs no VSOCK on
this side.
""",
    seen=(
        Pattern(medium=(Medium.VSOCK,), errno=(errno.EAFNOSUPPORT,)),
        Pattern(sign=(Sign.NO_AF_VSOCK,)),
    ),
)
