"""A Windows guest."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="windows-guest",
    blame=Blame.SKIP,
    title="A Windows guest",
    meaning="The VM runs Windows, where DCGM's host engine over VSOCK is not known to work.",
    advice="Nothing to do; such guests are skipped.",
    explanation="""\
The VMI's guest agent or its preference says Windows. There is a VSOCK driver for Windows, but DCGM's host
engine is not known to listen on it.
""",
    seen=(Pattern(sign=(Sign.WINDOWS_GUEST,)),),
)
