"""The answer stops in the middle."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign, Step

FAILURE = FailureClass(
    id="half-answer",
    blame=Blame.GUEST,
    title="The answer stops in the middle",
    meaning="An answer began as DCGM's do, and did not come to its end in time.",
    advice="Probe again with a longer --timeout; if it stays so, restart the host engine.",
    explanation="""\
The first bytes were those of a DCGM message. The engine hangs, the way is very slow, or somebody plays an
engine badly.
""",
    seen=(Pattern(step=(Step.EXCHANGE,), sign=(Sign.STALLED,), after_engine=False),),
)
