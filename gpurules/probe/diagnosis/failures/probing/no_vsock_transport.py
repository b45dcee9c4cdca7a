"""The host side of VSOCK is not loaded."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="no-vsock-transport",
    blame=Blame.PROBE,
    title="The host side of VSOCK is not loaded",
    meaning="This node's kernel has VSOCK, but no transport to guests.",
    advice="Load it on the node: modprobe vhost_vsock; or probe on the node where the VM runs.",
    explanation="""\
`connect()` failed with ENODEV and the kernel module `vhost_vsock` is not loaded, so no guest can be reached
from here. KubeVirt needs it as well: without it no VM with `autoattachVSOCK` starts on this node.
""",
    seen=(Pattern(sign=(Sign.NO_VSOCK_TRANSPORT,)),),
)
