"""The answers are not those of a host engine."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="protocol-error",
    blame=Blame.GUEST,
    title="The answers are not those of a host engine",
    meaning="An answer began as DCGM's do, and then broke the protocol.",
    advice=(
        "Restart the host engine; if it stays so, find out in the guest who listens on the port, and report the detail."
    ),
    explanation="""\
Lengths that do not fit, counts beyond every limit, an answer to a question that was not asked, a value without
an end. An honest engine of 3.0 to 4.6 sends none of these. Nothing of such a guest's answers should be
believed.
""",
    seen=(Pattern(sign=(Sign.MALFORMED,)),),
)
