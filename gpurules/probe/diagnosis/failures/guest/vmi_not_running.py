"""The VM does not run."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="vmi-not-running",
    blame=Blame.GUEST,
    title="The VM does not run",
    meaning="The VMI exists, but its guest is not running.",
    advice="Look at kubectl describe vmi: waiting for a GPU, failed, or stopped.",
    explanation="""\
The phase of the VMI is not Running. A VMI that asks for a GPU stays in Scheduling while no node has one free.
""",
    seen=(Pattern(sign=(Sign.VMI_NOT_RUNNING,)),),
)
