"""The engine was lost while it was asked."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import CLOSE_CODES, Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Sign, Step

FAILURE = FailureClass(
    id="lost-mid-exchange",
    blame=Blame.GUEST,
    title="The engine was lost while it was asked",
    meaning="A host engine answered, and then the connection broke.",
    advice=(
        "Look in the guest for a crash of nv-hostengine (journalctl -u nvidia-dcgm), and whether the VM was "
        "stopped or migrated."
    ),
    explanation="""\
The engine was stopped or crashed, the guest or its VM ended, or a live migration cut the connection, which
VSOCK connections do not survive.
""",
    seen=(
        Pattern(step=(Step.EXCHANGE,), sign=(Sign.CLOSED,), after_engine=True),
        Pattern(
            step=(Step.EXCHANGE,),
            after_engine=True,
            errno=(errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ENOTCONN, errno.ESHUTDOWN, errno.ENODEV),
        ),
        Pattern(
            step=(Step.EXCHANGE,),
            after_engine=True,
            medium=(Medium.API,),
            close_code=CLOSE_CODES,
        ),
    ),
)
