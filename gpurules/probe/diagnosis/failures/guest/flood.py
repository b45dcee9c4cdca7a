"""The guest sends without end."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="flood",
    blame=Blame.GUEST,
    title="The guest sends without end",
    meaning="More bytes or messages came than any engine sends.",
    advice="Find out in the guest who listens on the port.",
    explanation="""\
The answers about 32 GPUs are less than 100 KiB. The probe stops listening well above that, so that a guest
cannot fill this machine's memory or keep it busy.
""",
    seen=(Pattern(sign=(Sign.FLOOD, Sign.MESSAGE_TOO_LONG)),),
)
