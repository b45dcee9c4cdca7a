"""The other side says nothing."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign, Step

FAILURE = FailureClass(
    id="silent",
    blame=Blame.GUEST,
    title="The other side says nothing",
    meaning="Something accepted the connection and did not answer in time.",
    advice=(
        "See in the guest whether nv-hostengine hangs (systemctl status nvidia-dcgm), or whether another "
        "service listens there."
    ),
    explanation="""\
The kernel of the guest accepts connections for a program that does not come to read them, so a hung engine
looks like this; so does a service that waits for a longer request, and DCGM 2.x, which expects another message
format. On a slow way a longer `--timeout` may help.
""",
    seen=(
        Pattern(step=(Step.EXCHANGE,), sign=(Sign.SILENT, Sign.TIMEOUT), after_engine=False),
        Pattern(step=(Step.EXCHANGE,), errno=(errno.ETIMEDOUT,), after_engine=False),
    ),
)
