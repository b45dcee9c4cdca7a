"""A DCGM that is too old to talk to."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="old-dcgm",
    blame=Blame.GUEST,
    title="A DCGM that is too old to talk to",
    meaning="The message format is that of DCGM 1.7 or older.",
    advice="Install DCGM 4.5 or newer in the guest.",
    explanation="""\
The format changed with DCGM 2.0, and again with 3.0. gpurules speaks that of 3.0 to 4.6. VSOCK needs DCGM
4.5.0.
""",
    seen=(Pattern(sign=(Sign.OLD_MAGIC,)),),
)
