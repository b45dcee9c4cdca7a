"""The engine knows another version of the protocol."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="version-mismatch",
    blame=Blame.GUEST,
    title="The engine knows another version of the protocol",
    meaning="The host engine refused a message that every DCGM from 3.0 to 4.6 knows.",
    advice="Look for a newer gpurules, or a DCGM from 3.0 to 4.6 for the guest.",
    explanation="""\
The engine answered with status -12 (DCGM_ST_VER_MISMATCH), so it is a DCGM, but one that this gpurules does not
know.
""",
    seen=(Pattern(sign=(Sign.VERSION_MISMATCH,)),),
)
