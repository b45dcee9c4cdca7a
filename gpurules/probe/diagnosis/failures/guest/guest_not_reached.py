"""virt-handler could not connect to the guest."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="guest-not-reached",
    blame=Blame.GUEST,
    title="Nothing in the guest takes the connection",
    meaning="The KubeVirt API is fine, but virt-handler on the VM's node could not connect to the port in the guest.",
    advice=(
        "In the guest, start nv-hostengine with --vsock-cid (DCGM 4.5 or newer); a probe with --via node on the VM's "
        "node tells why."
    ),
    explanation="""\
virt-api answers HTTP 500 with `dialing virt-handler: websocket: bad handshake` for everything that goes wrong between
the node and the guest: no host engine listens on this VSOCK port (the most frequent reason), the guest is still
booting, its kernel has no vsock driver, or VSOCK is confined to network namespaces on that node (Linux 7.0,
`net.vsock.child_ns_mode=local`), which KubeVirt up to v1.9 cannot dial into. `gpurules probe --vmi NAMESPACE/NAME --via
node` on that node tells these apart.
""",
    seen=(Pattern(sign=(Sign.GUEST_NOT_REACHED,)),),
)
