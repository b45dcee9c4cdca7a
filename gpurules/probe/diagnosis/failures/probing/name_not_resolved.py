"""The host name does not resolve."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Step

FAILURE = FailureClass(
    id="name-not-resolved",
    blame=Blame.PROBE,
    title="The host name does not resolve",
    meaning="The name in the address has no IP address here.",
    advice="Check the spelling and the DNS of this machine, or give an IP address.",
    explanation="""\
The resolver of this machine was asked, and knew no address in time.
""",
    seen=(Pattern(step=(Step.FIND,), medium=(Medium.TCP,)),),
)
