"""The guest does not answer."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Sign, Step

FAILURE = FailureClass(
    id="connect-timeout",
    blame=Blame.GUEST,
    title="The guest does not answer",
    meaning="Nobody answered the attempt to connect: the guest is booting, hung, or has no VSOCK driver.",
    advice="Look at the guest's console; in the guest, lsmod must show vmw_vsock_virtio_transport.",
    explanation="""\
Over VSOCK a running guest answers within milliseconds, even where nobody listens. Silence means that its kernel
has not loaded the virtio VSOCK driver (yet), or no longer runs. The kernel would give up after 2 seconds; the probe
waits as long as it may, since a guest may just be coming up.

Over TCP a firewall that drops packets looks the same. On a UNIX socket the engine lives but accepts no more
connections: its backlog holds 6.
""",
    seen=(
        Pattern(medium=(Medium.VSOCK, Medium.TCP, Medium.UNIX), step=(Step.CONNECT, Step.SOCKET), sign=(Sign.TIMEOUT,)),
        Pattern(medium=(Medium.VSOCK, Medium.TCP, Medium.UNIX), step=(Step.CONNECT,), errno=(errno.ETIMEDOUT,)),
    ),
)
