"""Something else listens there."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="not-dcgm",
    blame=Blame.GUEST,
    title="Something else listens there",
    meaning="What answered is not a DCGM host engine.",
    advice="Check the port; the detail shows how the service introduced itself.",
    explanation="""\
A host engine never speaks first, and its messages begin with four fixed bytes. These bytes are others. The
detail names the service where its first words are known, and shows them.
""",
    seen=(Pattern(sign=(Sign.NOT_DCGM,)),),
)
