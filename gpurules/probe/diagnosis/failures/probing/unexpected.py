"""Something else failed."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass

FAILURE = FailureClass(
    id="unexpected",
    blame=Blame.PROBE,
    title="Something else failed",
    meaning="The probe ended in a way that has no class of its own.",
    advice="Please report it with the detail that is shown.",
    explanation="""\
What was observed fits none of the other classes. The guest may or may not be healthy.
""",
)
