"""The other side hung up."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import CLOSE_CODES, Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Sign, Step

FAILURE = FailureClass(
    id="closed-after-request",
    blame=Blame.GUEST,
    title="The other side hung up",
    meaning="Something accepted the connection and closed it when it was asked for its version.",
    advice=(
        "See in the guest what listens on the port: ss --vsock -lp, or ss -tlnp. It is not a DCGM of 3.0 or newer."
    ),
    explanation="""\
A host engine of DCGM 3.0 or newer answers this question. DCGM 1.x expects another message format and closes; so
do many other services.

Through the KubeVirt API this is also what a guest looks like in which nobody listens on the port: virt-handler
tells no more than that the stream ended. See `not-listening` for how to start the engine.
""",
    seen=(
        Pattern(step=(Step.EXCHANGE,), sign=(Sign.CLOSED,), after_engine=False),
        Pattern(
            step=(Step.EXCHANGE,),
            after_engine=False,
            errno=(errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ENOTCONN, errno.ESHUTDOWN),
        ),
        Pattern(
            step=(Step.EXCHANGE,),
            after_engine=False,
            medium=(Medium.API,),
            close_code=CLOSE_CODES,
        ),
    ),
)
