"""VSOCK sockets are forbidden here."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Step

FAILURE = FailureClass(
    id="vsock-denied",
    blame=Blame.PROBE,
    title="VSOCK sockets are forbidden here",
    meaning="The kernel refused the probing side a VSOCK socket; in a container that is the seccomp profile.",
    advice=(
        "Set securityContext.seccompProfile.type: Unconfined in the probing pod (or a Localhost profile that "
        "allows AF_VSOCK, family 40)."
    ),
    explanation="""\
`socket(AF_VSOCK)` failed with EPERM or EACCES. The profile RuntimeDefault of containerd 1.7 and of moby 23.0
blocks the address family, and so does that of newer Podman and CRI-O. Kubernetes applies it where the pod asks
for it or where the kubelet runs with `seccompDefault`.

No capability is needed to connect, and neither is /dev/vsock nor /dev/vhost-vsock. Give the probing pod
`seccompProfile: {type: Unconfined}` or a profile of its own that allows `socket` with family 40. A security
module (SELinux, AppArmor) can refuse too; its audit log says so.
""",
    seen=(Pattern(step=(Step.SOCKET, Step.CONNECT), medium=(Medium.VSOCK,), errno=(errno.EPERM, errno.EACCES)),),
)
