"""What answered is not KubeVirt's VSOCK subresource."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="wrong-subprotocol",
    blame=Blame.PROBE,
    title="What answered is not KubeVirt's VSOCK subresource",
    meaning="The websocket's other side did not agree to the subprotocol plain.kubevirt.io.",
    advice=(
        "Check what stands between you and the API server; a proxy must pass websockets and "
        "Sec-WebSocket-Protocol through."
    ),
    explanation="""\
The request for the websocket was answered, but not as virt-api answers it. A proxy or gateway that does not
know websockets answers with an ordinary page; one that drops the header `Sec-WebSocket-Protocol` loses the
subprotocol.
""",
    seen=(Pattern(sign=(Sign.WRONG_SUBPROTOCOL, Sign.NOT_A_WEBSOCKET)),),
)
